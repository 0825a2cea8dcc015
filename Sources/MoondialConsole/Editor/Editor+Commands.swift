// SPDX-License-Identifier: MIT

extension Editor {
    mutating func perform(_ command: Command) -> Outcome {
        let before = trail
        trail = .nothing
        undoHistory.endTyping()
        switch command {
        case .left, .right, .wordLeft, .wordRight, .lineStart, .lineEnd, .blockStart, .blockEnd: return move(command)
        case .up, .down: return moveVertically(command == .up ? -1 : 1, after: before)
        case .enter: return enter()
        case .newline: return insertNewline()
        case .tab: return complete(backwards: false)
        case .backTab: return complete(backwards: true)
        case .deleteBackward: return deleteBackward()
        case .deleteForward: return delete(buffer.cursor..<buffer.boundary(after: buffer.cursor))
        case .deleteOrEnd:
            guard buffer.isEmpty else { return perform(.deleteForward) }
            return finish(.end)
        case .killLine, .killToLineStart, .killBlanksDelimited, .killWord, .killWordBackward:
            return kill(command, continues: before == .killing)
        case .yank: return yank()
        case .yankPop: return yankPop(after: before)
        case .transpose: return transpose()
        case .transposeWords: return transposeWords()
        case .upcase, .downcase, .capitalise: return changeCase(command)
        case .undo: return undo()
        case .redo: return redo()
        case .quoteNext:
            mode = .quoting
            return .redraw
        case .historyOlder: return walkHistory(older: true)
        case .historyNewer: return walkHistory(older: false)
        case .searchBackward, .searchForward: return beginSearch()
        case .interrupt: return finish(.interrupt)
        case .suspend: return .suspend
        case .clearScreen: return .clearScreen
        case .insertLastWord: return insertWord(after: before)
        case .openEditor: return .openEditor(buffer.text)
        case .prefix:
            mode = .prefixed
            return .redraw
        case .escape, .digit, .minus: return .redraw
        }
    }

    mutating func finish(_ outcome: Outcome) -> Outcome {
        mode = .finished(outcome)
        return outcome
    }

    /// Submits a complete block, and begins a new line in an incomplete one.
    private mutating func enter() -> Outcome {
        if let block = blockBeforeEditCommand {
            edit(block.endIndex..<buffer.count, [])
            return .openEditor(buffer.text)
        }
        let text = buffer.text
        if !buffer.isBlank, sources.completeness?.isIncomplete(text) == true { return insertNewline() }
        return finish(.submit(text))
    }

    /// The block before a last line that is `:edit`, or nil.
    private var blockBeforeEditCommand: ArraySlice<UInt8>? {
        let start = buffer.lineStart(of: buffer.count)
        guard start > 0, buffer.text(start..<buffer.count).trimmingSpaces == ":edit" else { return nil }
        return buffer.bytes[..<(start - 1)]
    }

    /// Replaces the block by the text from the user's editor.
    package mutating func replaceBlock(_ text: String) {
        let bytes = PasteCleaner(prompts: []).cleaned(Array(text.utf8))
        guard bytes != buffer.bytes else { return }
        undoHistory.endTyping()
        edit(0..<buffer.count, bytes)
    }

    private mutating func move(_ command: Command) -> Outcome {
        let cursor = buffer.cursor
        switch command {
        case .right, .lineEnd, .blockEnd:
            if let suggestion = suggestion() { return accept(suggestion[...]) }
        case .wordRight:
            if let suggestion = suggestion() { return acceptWord(of: suggestion) }
        default: break
        }
        let target =
            switch command {
            case .left: buffer.boundary(before: cursor)
            case .right: buffer.boundary(after: cursor)
            case .wordLeft: buffer.wordStart(before: cursor)
            case .wordRight: buffer.wordEnd(after: cursor)
            case .lineStart: buffer.lineStart(of: cursor)
            case .lineEnd: buffer.lineEnd(of: cursor)
            case .blockStart: 0
            default: buffer.count
            }
        guard target != cursor else {
            return command == .left || command == .right ? .bell : .redraw
        }
        buffer.move(to: target)
        return .redraw
    }

    /// Moves by lines inside the block, and through the history beyond it.
    private mutating func moveVertically(_ direction: Int, after before: Trail) -> Outcome {
        if direction < 0 ? buffer.isInFirstLine : buffer.isInLastLine { return walkHistory(older: direction < 0) }
        let column =
            if case .vertical(let column) = before { column } else { buffer.column(of: buffer.cursor) }
        let start =
            direction < 0
            ? buffer.lineStart(of: buffer.lineStart(of: buffer.cursor) - 1) : buffer.lineEnd(of: buffer.cursor) + 1
        buffer.move(to: buffer.place(inLineAt: start, column: column))
        trail = .vertical(column: column)
        return .redraw
    }
}
