// SPDX-License-Identifier: MIT

import TextFormats

/// The texts of the loaded chunks, so that an error can show the line it speaks of.
struct SourceTexts {
    private var texts: [LuaSourceName: [UInt8]] = [:]
    /// Where the lines begin of those texts that were asked for one: an error must not take time in proportion to the text.
    private var lineStarts: [LuaSourceName: [UInt32]] = [:]
    private var names: [String: LuaSourceName] = [:]

    /// A text that begins at a later line is put after the lines that there are.
    mutating func add(_ text: [UInt8], for name: LuaSourceName, firstLine: Int = 1) {
        if firstLine > 1, var whole = texts.removeValue(forKey: name) {
            whole.keepLines(firstLine - 1)
            texts[name] = whole + text
        } else {
            texts[name] = [UInt8](repeating: UInt8(ascii: "\n"), count: firstLine - 1) + text
        }
        names[name.inMessages] = name
        lineStarts[name] = nil
    }

    /// The loaded chunk that Lua's messages call so.
    func name(inMessages name: String) -> LuaSourceName? { names[name] }

    /// The line without its end, printable and from at most 400 bytes.
    mutating func line(at site: LuaSite) -> String? {
        guard let text = texts[site.source], site.line > 0 else { return nil }
        let starts = lineStarts[site.source] ?? text.lineStarts
        lineStarts[site.source] = starts
        guard site.line <= starts.count else { return nil }
        let line = text[Int(starts[site.line - 1])...].prefix(400).prefix { $0 != UInt8(ascii: "\n") }
        return Self.shown(line)
    }

    /// All of a source.
    func text(of source: LuaSourceName) -> [UInt8]? { texts[source] }

    /// A part of a line as it is shown.
    static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        let visible = bytes.lazy.filter { $0 != UInt8(ascii: "\r") }
        return String(escaping: visible.map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: " ") : $0 })
    }
}

extension [UInt8] {
    /// Where the lines begin, in order.
    fileprivate var lineStarts: [UInt32] {
        [0] + indices.lazy.filter { self[$0] == UInt8(ascii: "\n") }.map { UInt32($0 + 1) }
    }

    /// Cuts or fills up a text to this number of lines, each with its end.
    fileprivate mutating func keepLines(_ count: Int) {
        var lines = 0
        for index in indices where self[index] == UInt8(ascii: "\n") {
            lines += 1
            if lines == count {
                removeSubrange((index + 1)...)
                return
            }
        }
        self += [UInt8](repeating: UInt8(ascii: "\n"), count: count - lines)
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
