// SPDX-License-Identifier: MIT

import MoondialLua

/// Words of earlier blocks.
extension Editor {
    /// Inserts the last word of the newest block; directly repeated, replaces it by the last word of the block before.
    /// `number`: another word than the last, from 0; a negative one counts from the end.
    mutating func insertWord(_ number: Int? = nil, after before: Trail = .nothing) -> Outcome {
        var number = number
        var place = buffer.cursor..<buffer.cursor
        var entry = history.entries.count
        if case .insertingWord(let range, let last, let sameNumber) = before {
            (place, entry, number) = (range, last, sameNumber)
        }
        while entry > 0 {
            entry -= 1
            let words = HistoryWords.words(of: history.entries[entry].text)
            let index = number.map { $0 < 0 ? words.count + $0 : $0 } ?? words.count - 1
            guard words.indices.contains(index), !HistoryRedaction.hasMarks(words[index]) else { continue }
            edit(place, words[index])
            trail = .insertingWord(
                place.lowerBound..<place.lowerBound + words[index].count, entry: entry, number: number)
            return .redraw
        }
        trail = before
        return .bell
    }
}

/// The words of a block: names with their fields, strings and numbers; of a command, the texts between blanks.
enum HistoryWords {
    static func words(of block: [UInt8]) -> [[UInt8]] {
        if block.first == UInt8(ascii: ":") { return block.split { LuaLexer.isSpace($0) }.map(Array.init) }
        let text = LuaText(block)
        var words: [[UInt8]] = []
        var index = 0
        while index < text.tokens.count {
            let token = text.tokens[index]
            var end = index
            switch token.kind {
            case .name:
                while text.isSign(end + 1, ".") || text.isSign(end + 1, ":"), text.isName(end + 2) { end += 2 }
                words.append(Array(block[token.range.lowerBound..<text.tokens[end].range.upperBound]))
            case .string, .number: words.append(Array(block[token.range]))
            case .keyword where [.true, .false, .nil].contains(text.keyword(index)):
                words.append(Array(block[token.range]))
            default: break
            }
            index = end + 1
        }
        return words
    }
}
