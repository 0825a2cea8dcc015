// SPDX-License-Identifier: MIT

import MoondialLua

/// Lines and words.
extension EditBuffer {
    private static let newline = UInt8(ascii: "\n")

    func lineStart(of place: Int) -> Int {
        bytes[..<place].lastIndex(of: Self.newline).map { $0 + 1 } ?? 0
    }

    /// The end of the line, before its newline.
    func lineEnd(of place: Int) -> Int {
        bytes[place...].firstIndex(of: Self.newline) ?? bytes.count
    }

    var isInFirstLine: Bool { lineStart(of: cursor) == 0 }
    var isInLastLine: Bool { lineEnd(of: cursor) == bytes.count }
    var hasManyLines: Bool { bytes.contains(Self.newline) }

    /// The blanks that the line of a place begins with.
    func indentation(ofLineAt place: Int) -> Range<Int> {
        let start = lineStart(of: place)
        let end = bytes[start...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.count
        return start..<end
    }

    /// Whether nothing but blanks and letters of one word stand before the cursor in its line.
    var isInFirstWordOfLine: Bool {
        let blanks = indentation(ofLineAt: cursor)
        return bytes[min(blanks.upperBound, cursor)..<cursor].allSatisfy(LuaLexer.isWord)
    }

    /// The end of the word that a place is in or before.
    func wordEnd(after place: Int) -> Int {
        let start = skip(from: place) { !isWord(at: $0) }
        return skip(from: start, while: isWord)
    }

    func wordStart(before place: Int) -> Int {
        let end = skipBack(from: place) { !isWord(at: $0) }
        return skipBack(from: end, while: isWord)
    }

    /// The beginning of the text between white space before a place.
    func blankDelimitedStart(before place: Int) -> Int {
        let end = skipBack(from: place, while: isSpace)
        return skipBack(from: end) { !isSpace(at: $0) }
    }

    /// Whether there is white space at a place. A blank with a combining mark does not count.
    private func isSpace(at place: Int) -> Bool {
        LuaLexer.isSpace(bytes[place]) && boundary(after: place) == place + 1
    }

    private func skip(from place: Int, while isWanted: (Int) -> Bool) -> Int {
        var place = place
        while place < bytes.count, isWanted(place) { place = boundary(after: place) }
        return place
    }

    private func skipBack(from place: Int, while isWanted: (Int) -> Bool) -> Int {
        var place = place
        while place > 0 {
            let before = boundary(before: place)
            guard isWanted(before) else { break }
            place = before
        }
        return place
    }

    private func isWord(at place: Int) -> Bool {
        if bytes[place] < 0x80 { return LuaLexer.isWord(bytes[place]) }
        guard let character = character(at: place) else { return false }
        return character.isLetter || character.isNumber
    }

    /// The cells between the beginning of the line and a place.
    func column(of place: Int) -> Int {
        DisplayWidth.ofLine(bytes[lineStart(of: place)..<place])
    }

    /// The place in a line that is nearest to a column and not right of it.
    func place(inLineAt start: Int, column: Int) -> Int {
        let end = lineEnd(of: start)
        var place = start
        var width = 0
        while place < end {
            let next = boundary(after: place)
            width += DisplayWidth.ofLine(bytes[place..<next])
            if width > column { break }
            place = next
        }
        return place
    }
}
