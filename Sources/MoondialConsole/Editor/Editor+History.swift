// SPDX-License-Identifier: MIT

extension Editor {
    /// Shows the next entry that begins with what was before the cursor when the walk began.
    mutating func walkHistory(older: Bool) -> Outcome {
        var walk =
            self.walk
            ?? HistoryWalk(
                prefix: Array(buffer.bytes[..<buffer.cursor]), draft: buffer, position: history.entries.count)
        let found = history.index(from: walk.position, older: older, prefix: walk.prefix, not: buffer.bytes)
        if let found {
            walk.position = found
            show(EditBuffer(String(decoding: history.entries[found].text, as: UTF8.self)))
            // In the first line, so that the next Up key goes to an older entry.
            if older { buffer.move(to: buffer.lineEnd(of: 0)) }
        } else if !older, walk.position < history.entries.count {
            walk.position = history.entries.count
            show(walk.draft)
        } else {
            return .bell
        }
        self.walk = walk
        return .redraw
    }

    private mutating func show(_ other: EditBuffer) {
        holdsPaste = false
        edit(0..<buffer.count, other.bytes, cursor: other.cursor)
    }

    /// The rest of the newest entry that begins with the text.
    func suggestion() -> String? {
        guard case .editing = mode, buffer.isAtEnd, !buffer.isBlank,
            let text = history.suggestion(for: buffer.bytes)
        else { return nil }
        return String(decoding: text[buffer.count...], as: UTF8.self)
    }

    mutating func accept(_ suggestion: Substring) -> Outcome {
        edit(buffer.count..<buffer.count, Array(suggestion.utf8))
        return .redraw
    }

    mutating func acceptWord(of suggestion: String) -> Outcome {
        let word = EditBuffer(suggestion).wordEnd(after: 0)
        return accept(Substring(decoding: Array(suggestion.utf8)[..<word], as: UTF8.self))
    }
}
