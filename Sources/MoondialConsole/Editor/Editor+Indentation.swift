// SPDX-License-Identifier: MIT

import MoondialLua

extension Editor {
    /// Breaks the line and indents the new one, unless more bytes wait: they are probably text with its own
    /// indentation.
    mutating func insertNewline() -> Outcome {
        undoHistory.beginGroup()
        defer { undoHistory.endGroup() }
        let cursor = buffer.cursor
        if hasTypedAhead {
            edit(cursor..<cursor, [0x0A])
            return .redraw
        }
        // Blanks around the break would end up at the end of the first and the beginning of the second line.
        let isInLiteral = luaText().literal(around: cursor) != nil
        var start = cursor
        var end = cursor
        if !isInLiteral {
            let lineStart = buffer.lineStart(of: cursor)
            while start > lineStart, buffer.bytes[start - 1] == 0x20 { start -= 1 }
            while end < buffer.count, buffer.bytes[end] == 0x20 { end += 1 }
        }
        edit(start..<end, [0x0A])
        let lineStart = buffer.cursor
        let spaces = luaText().indentation(ofLineAt: lineStart, step: options.indentation) ?? 0
        if spaces > 0 { edit(lineStart..<lineStart, [UInt8](repeating: 0x20, count: spaces)) }
        return .redraw
    }

    /// Moves a line to the left when its first word closes a block of an earlier line, and to the right again when more
    /// letters make another word.
    mutating func indentClosingWord() {
        guard buffer.hasManyLines else { return }
        let cursor = buffer.cursor
        let blanks = buffer.indentation(ofLineAt: cursor)
        let word = buffer.bytes[min(blanks.upperBound, cursor)..<cursor]
        guard (1...8).contains(word.count), blanks.lowerBound > 0 else { return }
        let isBracket = word.count == 1 && Self.isClosingBracket(word[word.startIndex])
        guard isBracket || word.allSatisfy(LuaLexer.isWord) else { return }
        let step = options.indentation
        guard let wanted = luaText().indentation(ofLineAt: blanks.lowerBound, step: step), wanted != blanks.count else {
            return
        }
        // Only a line with the indentation that the editor would have given it: other indentation of the user stays.
        let isClosing = isBracket || ["end", "else", "elseif", "until"].contains(String(decoding: word, as: UTF8.self))
        let other = isClosing ? wanted + step : max(0, wanted - step)
        let wasClosing = ["end", "else", "elsei", "elseif", "until"].contains { word.dropLast().elementsEqual($0.utf8) }
        guard blanks.count == other, isClosing || wasClosing else { return }
        undoHistory.beginGroup()
        edit(blanks, [UInt8](repeating: 0x20, count: wanted), cursor: cursor + wanted - blanks.count)
        undoHistory.endGroup()
    }

    static func isClosingBracket(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "]")].contains(byte)
    }
}
