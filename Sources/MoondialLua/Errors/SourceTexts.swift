// SPDX-License-Identifier: MIT

/// The texts of the loaded chunks, so that an error can show the line it speaks of.
struct SourceTexts {
    private var texts: [LuaSourceName: [UInt8]] = [:]

    mutating func add(_ text: [UInt8], for name: LuaSourceName) {
        texts[name] = text
    }

    /// The line without its end, printable and at most 400 bytes.
    func line(at site: LuaSite) -> String? {
        guard let text = texts[site.source], site.line > 0 else { return nil }
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: site.line, omittingEmptySubsequences: false)
        guard site.line <= lines.count else { return nil }
        let line = lines[site.line - 1].prefix(400).filter { $0 != UInt8(ascii: "\r") }
        return String(escaping: line.map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: " ") : $0 })
    }
}
