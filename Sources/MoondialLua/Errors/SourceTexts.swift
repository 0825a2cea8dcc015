// SPDX-License-Identifier: MIT

/// The texts of the loaded chunks, so that an error can show the line it speaks of.
struct SourceTexts {
    private var texts: [LuaSourceName: [UInt8]] = [:]
    private var names: [String: LuaSourceName] = [:]

    mutating func add(_ text: [UInt8], for name: LuaSourceName) {
        texts[name] = text
        names[name.inMessages] = name
    }

    /// The loaded chunk that Lua's messages call so.
    func name(inMessages name: String) -> LuaSourceName? { names[name] }

    /// The line without its end, printable and from at most 400 bytes.
    func line(at site: LuaSite) -> String? {
        guard let text = texts[site.source], site.line > 0 else { return nil }
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: site.line, omittingEmptySubsequences: false)
        guard site.line <= lines.count else { return nil }
        let line = lines[site.line - 1].prefix(400).filter { $0 != UInt8(ascii: "\r") }
        return String(escaping: line.map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: " ") : $0 })
    }
}

extension LuaSourceName {
    /// How Lua writes the name in messages: at most 59 bytes, of a file the last ones, of a label the first ones.
    ///
    /// Lua 5.4 reference manual, `lua_Debug.short_src`; the length is `LUA_IDSIZE`.
    fileprivate var inMessages: String {
        let limit = 59
        switch self {
        case .file(let path):
            let bytes = path.utf8
            return bytes.count <= limit ? String(escaping: bytes) : "..." + String(escaping: bytes.suffix(limit - 3))
        case .label(let label):
            return String(escaping: label.utf8.prefix(limit))
        }
    }
}
