// SPDX-License-Identifier: MIT

import MoondialLua

/// The changes of a block, for undo and redo.
struct UndoHistory: Sendable {
    /// One replacement.
    struct Change: Sendable, Hashable {
        let start: Int
        let removed: [UInt8]
        var inserted: [UInt8]
        let cursorBefore: Int
        var cursorAfter: Int
    }

    /// Groups of changes; each group is undone in one step.
    private var done: [[Change]] = []
    private var undone: [[Change]] = []
    private var isTyping = false
    private var groupDepth = 0
    private var groupIsEmpty = true

    /// `isTyping`: letters that are typed one after the other are one step, up to the end of a word.
    mutating func record(_ change: Change, isTyping: Bool) {
        undone = []
        defer { self.isTyping = isTyping }
        if groupDepth > 0, !groupIsEmpty {
            done[done.count - 1].append(change)
        } else if isTyping, self.isTyping, groupDepth == 0, extend(with: change) {
            return
        } else {
            done.append([change])
            groupIsEmpty = false
        }
    }

    /// Begins a group: the changes up to ``endGroup()`` are undone in one step.
    mutating func beginGroup() {
        if groupDepth == 0 { groupIsEmpty = true }
        groupDepth += 1
    }

    mutating func endGroup() {
        groupDepth -= 1
    }

    /// The next letter begins a new step.
    mutating func endTyping() {
        isTyping = false
    }

    /// - Returns: the changes to take back, the last one first.
    mutating func undo() -> [Change]? {
        isTyping = false
        guard let changes = done.popLast() else { return nil }
        undone.append(changes)
        return changes.reversed()
    }

    /// - Returns: the changes to make, in order.
    mutating func redo() -> [Change]? {
        guard let changes = undone.popLast() else { return nil }
        done.append(changes)
        return changes
    }

    private mutating func extend(with change: Change) -> Bool {
        guard var last = done.last?.last, done.last?.count == 1, change.removed.isEmpty,
            change.start == last.start + last.inserted.count
        else { return false }
        // A word begins: blanks belong to the word before them.
        let beginsWord =
            last.inserted.last.map(LuaLexer.isSpace) == true && change.inserted.first.map(LuaLexer.isSpace) == false
        if beginsWord { return false }
        last.inserted += change.inserted
        last.cursorAfter = change.cursorAfter
        done[done.count - 1] = [last]
        return true
    }
}
