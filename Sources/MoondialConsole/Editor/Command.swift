// SPDX-License-Identifier: MIT

/// The commands of the editor.
enum Command: Sendable, Hashable {
    case left, right, wordLeft, wordRight, lineStart, lineEnd, blockStart, blockEnd, up, down
    case enter, newline, tab, backTab
    case deleteBackward, deleteForward, deleteOrEnd
    case killLine, killToLineStart, killBlanksDelimited, killWord, killWordBackward, yank, yankPop
    case transpose, transposeWords, upcase, downcase, capitalise
    case undo, redo, quoteNext
    case historyOlder, historyNewer, searchBackward, searchForward
    case interrupt, suspend, clearScreen, escape
    case insertLastWord, openEditor
    /// A part of the number for the next key.
    case digit(Int), minus
    /// The first key of two.
    case prefix

    /// The bindings are those of Emacs and readline; where the two differ, readline's.
    init?(_ key: Key) {
        let modifiers = key.modifiers
        switch key.code {
        case .character(let scalar):
            if modifiers == .control {
                self.init(control: scalar)
            } else if modifiers == .meta {
                self.init(meta: scalar)
            } else if modifiers == [.control, .meta], scalar == "_" {
                self = .redo
            } else {
                return nil
            }
        case .enter: self = modifiers.isEmpty ? .enter : .newline
        case .tab: self = modifiers.contains(.shift) ? .backTab : .tab
        case .backspace: self = modifiers.isDisjoint(with: [.meta, .control]) ? .deleteBackward : .killWordBackward
        case .delete: self = modifiers.isDisjoint(with: [.meta, .control]) ? .deleteForward : .killWord
        case .escape: self = .escape
        case .up: self = .up
        case .down: self = .down
        case .left: self = modifiers.isDisjoint(with: [.meta, .control]) ? .left : .wordLeft
        case .right: self = modifiers.isDisjoint(with: [.meta, .control]) ? .right : .wordRight
        case .home: self = modifiers.contains(.control) ? .blockStart : .lineStart
        case .end: self = modifiers.contains(.control) ? .blockEnd : .lineEnd
        case .pageUp: self = .historyOlder
        case .pageDown: self = .historyNewer
        case .insert, .function: return nil
        }
    }

    private init?(control scalar: Unicode.Scalar) {
        switch scalar {
        case "a": self = .lineStart
        case "b": self = .left
        case "c": self = .interrupt
        case "d": self = .deleteOrEnd
        case "e": self = .lineEnd
        case "f": self = .right
        case "g": self = .escape
        case "h": self = .deleteBackward
        case "k": self = .killLine
        case "l": self = .clearScreen
        case "n": self = .down
        case "p": self = .up
        case "q", "v": self = .quoteNext
        case "r": self = .searchBackward
        case "s": self = .searchForward
        case "t": self = .transpose
        case "u": self = .killToLineStart
        case "w": self = .killBlanksDelimited
        case "x": self = .prefix
        case "y": self = .yank
        case "z": self = .suspend
        case "_", "/": self = .undo
        default: return nil
        }
    }

    private init?(meta scalar: Unicode.Scalar) {
        switch scalar {
        case "b", "B": self = .wordLeft
        case "c", "C": self = .capitalise
        case "d", "D": self = .killWord
        case "f", "F": self = .wordRight
        case "l", "L": self = .downcase
        case "n", "N": self = .historyNewer
        case "p", "P": self = .historyOlder
        case "t", "T": self = .transposeWords
        case "u", "U": self = .upcase
        case "y", "Y": self = .yankPop
        case "<": self = .blockStart
        case ">": self = .blockEnd
        case "/": self = .redo
        case ".", "_": self = .insertLastWord
        case "-": self = .minus
        case "0"..."9": self = .digit(Int(scalar.value) - 0x30)
        default: return nil
        }
    }

    /// What the key after Ctrl-X means.
    init?(afterPrefix key: Key) {
        switch (key.code, key.modifiers) {
        case (.character("e"), .control): self = .openEditor
        case (.character("u"), .control), (.character("u"), []): self = .undo
        default: return nil
        }
    }
}
