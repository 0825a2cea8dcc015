// SPDX-License-Identifier: MIT

import TextFormats

/// The texts of the loaded chunks, so that an error can show its line.
struct SourceTexts {
    /// A text of several lines.
    private struct Piece {
        let firstLine: Int
        let text: [UInt8]
        /// Where its lines begin, found with the first error: further errors must not take time in proportion to the
        /// text.
        var lineStarts: [Int]?
    }

    /// The pieces of each source, in the order of their lines.
    private var pieces: [LuaSourceName: [Piece]] = [:]
    private var names: [String: LuaSourceName] = [:]

    /// Adds a text. If its first line is not 1, it is put after the earlier lines of the source, else it replaces the
    /// source.
    mutating func add(_ text: [UInt8], for name: LuaSourceName, firstLine: Int = 1) {
        let piece = Piece(firstLine: firstLine, text: text, lineStarts: nil)
        guard firstLine > 1, pieces[name] != nil else {
            names[name.inMessages] = name
            pieces[name] = [piece]
            return
        }
        while let last = pieces[name]?.last, last.firstLine >= firstLine { pieces[name]?.removeLast() }
        pieces[name]?.append(piece)
    }

    /// The loaded chunk that has this name in Lua's messages.
    func name(inMessages name: String) -> LuaSourceName? { names[name] }

    /// The line without its end, printable; at most its first 400 bytes.
    mutating func line(at site: LuaSite) -> String? {
        guard site.line > 0, let index = index(of: site), let piece = pieces[site.source]?[index] else { return nil }
        let starts = piece.lineStarts ?? Self.lineStarts(of: piece.text)
        pieces[site.source]?[index].lineStarts = starts
        let number = site.line - piece.firstLine
        guard number < starts.count else { return nil }
        return Self.shownLine(at: starts[number], in: piece.text)
    }

    /// A line of a text that belongs to no source, printable; at most its first 400 bytes.
    static func line(_ number: Int, of text: [UInt8]) -> String {
        let starts = lineStarts(of: text)
        guard starts.indices.contains(number - 1) else { return "" }
        return shownLine(at: starts[number - 1], in: text)
    }

    /// The whole text of a source, if it was loaded as one text; else nil.
    func text(of source: LuaSourceName) -> [UInt8]? {
        guard let pieces = pieces[source], pieces.count == 1 else { return nil }
        return pieces[0].firstLine == 1 ? pieces[0].text : nil
    }

    private static func shownLine(at start: Int, in text: [UInt8]) -> String {
        shown(text[start...].prefix(400).prefix { $0 != UInt8(ascii: "\n") })
    }

    /// A part of a line as it is shown.
    static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        let visible = bytes.lazy.filter { $0 != UInt8(ascii: "\r") }
        return String(escaping: visible.map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: " ") : $0 })
    }

    /// The index of the last piece that does not begin after the line.
    private func index(of site: LuaSite) -> Int? {
        guard let pieces = pieces[site.source] else { return nil }
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].firstLine <= site.line { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    private static func lineStarts(of text: [UInt8]) -> [Int] {
        [0] + text.indices.lazy.filter { text[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }
}

extension LuaSourceName {
    /// How Lua writes the name in messages: at most 59 bytes, the last ones of a file name, the first ones of a label.
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
