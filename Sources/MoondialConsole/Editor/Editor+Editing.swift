// SPDX-License-Identifier: MIT

import MoondialLua

extension Editor {
    /// Changes the text, so that the change can be undone.
    mutating func edit(_ range: Range<Int>, _ new: some Collection<UInt8>, isTyping: Bool = false, cursor: Int? = nil) {
        let removed = Array(buffer.bytes[range])
        let before = buffer.cursor
        let inserted = Array(new)
        buffer.replace(range, with: inserted)
        if let cursor { buffer.move(to: cursor) }
        walk = nil
        guard removed != inserted else { return }
        let change = UndoHistory.Change(
            start: range.lowerBound, removed: removed, inserted: inserted, cursorBefore: before,
            cursorAfter: buffer.cursor)
        undoHistory.record(change, isTyping: isTyping)
    }

    mutating func type(_ text: [UInt8]) -> Outcome {
        // The first word of a line can change its indentation, also when more text comes with the word.
        let word = text.prefix(while: LuaLexer.isWord).count
        let first = word == 0 && text.first.map(Self.isClosingBracket) == true ? 1 : word
        if first > 0, first < text.count, buffer.hasManyLines, buffer.isInFirstWordOfLine {
            _ = type(Array(text[..<first]))
            return type(Array(text[first...]))
        }
        if trail != .typing { undoHistory.endTyping() }
        edit(buffer.cursor..<buffer.cursor, text, isTyping: true)
        trail = .typing
        indentClosingWord()
        return .redraw
    }

    /// Inserts the key itself as text.
    mutating func quote(_ event: KeyDecoder.Event) -> Outcome {
        trail = .nothing
        switch event {
        case .text(let bytes): return type(bytes)
        case .paste(let bytes): return paste(bytes)
        case .unknown: return .bell
        case .key(let key):
            switch key.code {
            case .enter: return type([0x0A])
            case .tab: return type([0x09])
            case .escape: return type([0x1B])
            case .character(let scalar) where key.modifiers == .control && scalar.isASCII:
                let byte = UInt8(scalar.value) & 0x1F
                return byte == 0x0D ? type([0x0A]) : type([byte])
            default: return .bell
            }
        }
    }

    mutating func delete(_ range: Range<Int>) -> Outcome {
        guard !range.isEmpty else { return .bell }
        edit(range, [])
        return .redraw
    }

    /// In the blanks that a line begins with, goes back by one level.
    mutating func deleteBackward() -> Outcome {
        let cursor = buffer.cursor
        let indentation = buffer.indentation(ofLineAt: cursor)
        let before = buffer.bytes[indentation.lowerBound..<cursor]
        let isIndentation = cursor <= indentation.upperBound && before.allSatisfy { $0 == 0x20 }
        if isIndentation, !before.isEmpty {
            let rest = before.count % options.indentation
            return delete(cursor - (rest == 0 ? min(options.indentation, before.count) : rest)..<cursor)
        }
        return delete(buffer.boundary(before: cursor)..<cursor)
    }

    /// Swaps the characters around the cursor; at the end of a line, the two before it.
    mutating func transpose() -> Outcome {
        var middle = buffer.cursor
        if middle == buffer.lineEnd(of: middle) { middle = buffer.boundary(before: middle) }
        guard middle > buffer.lineStart(of: buffer.cursor) else { return .bell }
        let start = buffer.boundary(before: middle)
        let end = buffer.boundary(after: middle)
        edit(start..<end, Array(buffer.bytes[middle..<end] + buffer.bytes[start..<middle]))
        return .redraw
    }

    /// Swaps the word at or after the cursor with the one before it.
    mutating func transposeWords() -> Outcome {
        let secondStart = buffer.wordStart(before: buffer.wordEnd(after: buffer.cursor))
        let secondEnd = buffer.wordEnd(after: secondStart)
        let firstStart = buffer.wordStart(before: secondStart)
        let firstEnd = buffer.wordEnd(after: firstStart)
        guard firstEnd <= secondStart, firstStart < secondStart else { return .bell }
        let bytes = buffer.bytes
        edit(
            firstStart..<secondEnd,
            Array(bytes[secondStart..<secondEnd] + bytes[firstEnd..<secondStart] + bytes[firstStart..<firstEnd]))
        return .redraw
    }

    mutating func changeCase(_ command: Command) -> Outcome {
        let range = buffer.cursor..<buffer.wordEnd(after: buffer.cursor)
        guard !range.isEmpty else { return .bell }
        let text = buffer.text(range)
        let changed: String
        switch command {
        case .upcase: changed = text.uppercased()
        case .downcase: changed = text.lowercased()
        default:
            let first = text.firstIndex { $0.isLetter || $0.isNumber } ?? text.startIndex
            let rest = text[first...]
            changed = text[..<first] + rest.prefix(1).uppercased() + rest.dropFirst().lowercased()
        }
        edit(range, Array(changed.utf8))
        return .redraw
    }

    mutating func undo() -> Outcome {
        guard let changes = undoHistory.undo() else { return .bell }
        for change in changes {
            buffer.replace(change.start..<change.start + change.inserted.count, with: change.removed)
            buffer.move(to: change.cursorBefore)
        }
        walk = nil
        return .redraw
    }

    mutating func redo() -> Outcome {
        guard let changes = undoHistory.redo() else { return .bell }
        for change in changes {
            buffer.replace(change.start..<change.start + change.removed.count, with: change.inserted)
            buffer.move(to: change.cursorAfter)
        }
        walk = nil
        return .redraw
    }
}

// MARK: - Killing

extension Editor {
    mutating func kill(_ command: Command, continues: Bool) -> Outcome {
        let cursor = buffer.cursor
        let range: Range<Int>
        var direction = KillRing.Direction.backward
        switch command {
        case .killLine:
            let end = buffer.lineEnd(of: cursor)
            // At the end of a line, the newline.
            range = cursor..<(end == cursor ? buffer.boundary(after: end) : end)
            direction = .forward
        case .killToLineStart:
            let start = buffer.lineStart(of: cursor)
            range = (start == cursor ? buffer.boundary(before: start) : start)..<cursor
        case .killWord:
            range = cursor..<buffer.wordEnd(after: cursor)
            direction = .forward
        case .killWordBackward: range = buffer.wordStart(before: cursor)..<cursor
        default: range = buffer.blankDelimitedStart(before: cursor)..<cursor
        }
        guard !range.isEmpty else {
            trail = continues ? .killing : .nothing
            return .bell
        }
        killRing.add(Array(buffer.bytes[range]), direction, continues: continues)
        edit(range, [])
        trail = .killing
        return .redraw
    }

    mutating func yank() -> Outcome {
        guard let text = killRing.current else { return .bell }
        let start = buffer.cursor
        edit(start..<start, text)
        trail = .yanking(start..<start + text.count)
        return .redraw
    }

    /// Replaces the yanked text by the previous entry of the kill ring.
    mutating func yankPop(after before: Trail) -> Outcome {
        guard case .yanking(let range) = before else { return .bell }
        killRing.rotate()
        guard let text = killRing.current else { return .bell }
        edit(range, text)
        trail = .yanking(range.lowerBound..<range.lowerBound + text.count)
        return .redraw
    }
}
