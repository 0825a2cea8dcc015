// SPDX-License-Identifier: MIT

extension BufferModel {
    /// Does what a key does.
    ///
    /// - Returns: False for a key that the model does not know: then nothing has changed, and ``adopt(_:cursor:)`` is next.
    mutating func press(_ key: String) -> Bool {
        if !key.hasPrefix("<") { return type(key) }
        if key.hasPrefix("<Paste:") { return paste(String(key.dropFirst(7).dropLast())) }
        switch key {
        case "<Nonsense>": return true
        case "<Left>", "<C-b>": move(to: max(0, state.cursor - 1))
        case "<C-Left>", "<M-b>": move(to: wordStart(state.cursor))
        case "<Home>", "<C-a>": move(to: lineStart)
        case "<C-Home>", "<M-lt>": move(to: 0)
        case "<Right>", "<C-f>":
            accept {
                $0
            } else: {
                min($0.state.characters.count, $0.state.cursor + 1)
            }
        case "<End>", "<C-e>":
            accept {
                $0
            } else: {
                $0.lineEnd
            }
        case "<C-End>", "<M->>":
            accept {
                $0
            } else: {
                $0.state.characters.count
            }
        case "<C-Right>", "<M-f>": accept(Self.firstWord) { $0.wordEnd($0.state.cursor) }
        case "<Up>", "<Down>": return moveVertically(up: key == "<Up>")
        case "<PageUp>", "<PageDown>":
            trail = .nothing
            return walk(older: key == "<PageUp>")
        case "<BS>": delete(deletedBackward..<state.cursor)
        case "<Del>": delete(state.cursor..<min(state.cursor + 1, state.characters.count))
        case "<C-k>":
            return kill(
                state.cursor..<(lineEnd == state.cursor ? min(lineEnd + 1, state.characters.count) : lineEnd),
                isForward: true)
        case "<C-u>": return kill((lineStart == state.cursor ? max(0, lineStart - 1) : lineStart)..<state.cursor)
        case "<M-d>": return kill(state.cursor..<wordEnd(state.cursor), isForward: true)
        case "<M-BS>": return kill(wordStart(state.cursor)..<state.cursor)
        case "<C-w>":
            let blanks = characters(before: state.cursor, while: Self.isSpace)
            return kill(characters(before: blanks) { !Self.isSpace($0) }..<state.cursor)
        case "<C-y>", "<M-y>": return key == "<C-y>" ? yank() : yankPop()
        case "<C-t>": transpose()
        case "<M-t>": transposeWords()
        case "<M-u>", "<M-l>", "<M-c>": changeCase(key)
        case "<C-_>", "<C-x><C-u>": return undo()
        case "<M-/>": return redo()
        default: return false
        }
        unknown.remove(.trail)
        return true
    }

    private mutating func type(_ text: String) -> Bool {
        let line = string(lineStart..<state.cursor).drop { $0 == " " || $0 == "\t" }
        let closers = ["end", "else", "until", "}", ")", "]"]
        // The editor indents such lines.
        if state.characters.contains("\n"), closers.contains(where: (line + text).hasPrefix) { return false }
        for scalar in text.unicodeScalars {
            let start = before + String(scalar)
            let end = start.utf8.count
            if unknown.contains(.trail) { unknown.insert(.undo) }
            change(start, after, typed: scalar)
            trail = .typing(end: end, last: scalar)
            unknown.remove(.trail)
        }
        return true
    }

    private mutating func paste(_ text: String) -> Bool {
        // A transcript, of which only the inputs are taken.
        if text.contains("\\g") { return false }
        var lines = text.replacing("\\r\\n", with: "\n").replacing("\\r", with: "\n").replacing("\\n", with: "\n")
            .replacing("\\t", with: "\t")
        while lines.last == "\n" { lines.removeLast() }
        trail = .nothing
        if !lines.isEmpty { change(before + lines, after) }
        return true
    }

    private mutating func move(to place: Int) {
        state.cursor = place
        trail = .nothing
    }

    /// At the end of the text, accepts a part of the suggestion.
    private mutating func accept(_ part: (String) -> String, else place: (BufferModel) -> Int) {
        if let suggestion { change(before + part(suggestion), after) } else { move(to: place(self)) }
    }

    private static func firstWord(_ text: String) -> String {
        let rest = text.drop { !isWord($0) }
        return String(text[..<(rest.firstIndex { !isWord($0) } ?? text.endIndex)])
    }

    private mutating func moveVertically(up: Bool) -> Bool {
        if up ? lineStart == 0 : lineEnd == state.characters.count {
            trail = .nothing
            return walk(older: up)
        }
        if unknown.contains(.trail) { return false }
        let column: Int =
            if case .vertical(let column) = trail { column } else {
                ScreenModel.cells(of: string(lineStart..<state.cursor))
            }
        state.cursor = up ? lineStart - 1 : lineEnd + 1
        if up { state.cursor = lineStart }
        var cells = 0
        while state.cursor < state.characters.count, state.characters[state.cursor] != "\n" {
            cells += ScreenModel.cells(of: String(state.characters[state.cursor]))
            if cells > column { break }
            state.cursor += 1
        }
        trail = .vertical(column: column)
        return true
    }

    private mutating func walk(older: Bool) -> Bool {
        if unknown.contains(.walk) { return false }
        var walk = walk ?? Walk(prefix: before, draft: state, position: history.count)
        let step = older ? -1 : 1
        var index = walk.position + step
        while history.indices.contains(index) {
            let block = history[index]
            if block.utf8.starts(with: walk.prefix.utf8), !block.utf8.elementsEqual(text.utf8) { break }
            index += step
        }
        if history.indices.contains(index) {
            let first = String(history[index].prefix { $0 != "\n" })
            change(history[index], "")
            if older { state.cursor = first.count }
            walk.position = index
        } else if !older, walk.position < history.count {
            walk.position = history.count
            let steps = done.count
            change(String(walk.draft.characters), "")
            state.cursor = walk.draft.cursor
            if done.count > steps { done[steps].after = state }
        } else {
            return true
        }
        self.walk = walk
        return true
    }

    private var deletedBackward: Int {
        let blanks = string(lineStart..<state.cursor)
        guard !blanks.isEmpty, blanks.allSatisfy({ $0 == " " }) else { return max(0, state.cursor - 1) }
        return state.cursor - (blanks.count % 2 == 0 ? 2 : 1)
    }

    private mutating func delete(_ range: Range<Int>) {
        trail = .nothing
        guard !range.isEmpty else { return }
        change(string(0..<range.lowerBound), string(range.upperBound..<state.characters.count))
    }

    private mutating func kill(_ range: Range<Int>, isForward: Bool = false) -> Bool {
        if unknown.contains(.trail) { return false }
        let continues = if case .killing = trail { true } else { false }
        guard !range.isEmpty else {
            if !continues { trail = .nothing }
            return true
        }
        let killed = string(range)
        if continues, let last = kills.popLast() {
            kills.append(isForward ? last + killed : killed + last)
        } else {
            kills.append(killed)
        }
        killPosition = kills.count - 1
        delete(range)
        trail = .killing
        return true
    }

    private mutating func yank() -> Bool {
        if unknown.contains(.kills) { return false }
        unknown.remove(.trail)
        trail = .nothing
        guard !kills.isEmpty else { return true }
        let (start, end) = (before, after)
        change(start + kills[killPosition], end)
        trail = .yanking(before: start, after: end)
        return true
    }

    private mutating func yankPop() -> Bool {
        if !unknown.isDisjoint(with: [.kills, .trail]) { return false }
        guard case .yanking(let start, let end) = trail else {
            trail = .nothing
            return true
        }
        killPosition = (killPosition + kills.count - 1) % kills.count
        change(start + kills[killPosition], end)
        trail = .yanking(before: start, after: end)
        return true
    }

    private mutating func transpose() {
        trail = .nothing
        let middle = state.cursor == lineEnd ? state.cursor - 1 : state.cursor
        guard middle > lineStart else { return }
        change(
            string(0..<middle - 1) + string(middle..<middle + 1) + string(middle - 1..<middle),
            string(middle + 1..<state.characters.count))
    }

    private mutating func transposeWords() {
        trail = .nothing
        let second = wordStart(wordEnd(state.cursor))..<wordEnd(wordStart(wordEnd(state.cursor)))
        let first = wordStart(second.lowerBound)..<wordEnd(wordStart(second.lowerBound))
        guard first.upperBound <= second.lowerBound, first.lowerBound < second.lowerBound else { return }
        change(
            string(0..<first.lowerBound) + string(second) + string(first.upperBound..<second.lowerBound)
                + string(first),
            string(second.upperBound..<state.characters.count))
    }

    private mutating func changeCase(_ key: String) {
        trail = .nothing
        let end = wordEnd(state.cursor)
        guard end > state.cursor else { return }
        let word = string(state.cursor..<end)
        let signs = String(word.prefix { !$0.isLetter && !$0.isNumber })
        let letters = word.dropFirst(signs.count)
        let changed: String
        switch key {
        case "<M-u>": changed = word.uppercased()
        case "<M-l>": changed = word.lowercased()
        default: changed = "\(signs)\(letters.prefix(1).uppercased())\(letters.dropFirst().lowercased())"
        }
        change(before + changed, string(end..<state.characters.count))
    }

    private mutating func undo() -> Bool {
        if unknown.contains(.undo) { return false }
        trail = .nothing
        guard let step = done.popLast() else { return true }
        undone.append(step)
        state = step.before
        walk = nil
        unknown.remove(.walk)
        return true
    }

    private mutating func redo() -> Bool {
        if unknown.contains(.undo) { return false }
        trail = .nothing
        guard let step = undone.popLast() else { return true }
        done.append(step)
        state = step.after
        walk = nil
        unknown.remove(.walk)
        return true
    }
}
