// SPDX-License-Identifier: MIT

import MoondialLua

/// A number before a key: how often its command is done, with a minus sign in the other direction.
struct NumericArgument: Hashable {
    /// The largest number of repetitions.
    private static let largest = 1000

    private var digits: Int?
    private var isNegative = false

    /// How often; negative for the other direction.
    var count: Int { (digits ?? 1) * (isNegative ? -1 : 1) }

    mutating func add(digit: Int) { digits = min(Self.largest, (digits ?? 0) * 10 + digit) }

    mutating func negate() { isNegative.toggle() }

    var text: String { "\(isNegative ? "-" : "")\(digits.map(String.init) ?? "")" }
}

extension Editor {
    mutating func extendArgument(_ command: Command) -> Outcome {
        var argument = argument ?? NumericArgument()
        if case .digit(let digit) = command { argument.add(digit: digit) } else { argument.negate() }
        self.argument = argument
        return .redraw
    }

    /// Types text after a number: digits go on with it, and the first character after them is repeated.
    mutating func type(_ text: [UInt8], _ argument: NumericArgument) -> Outcome {
        var argument = argument
        let digits = text.prefix(while: LuaLexer.isDigit)
        for digit in digits { argument.add(digit: Int(digit - UInt8(ascii: "0"))) }
        guard let character = String(decoding: text[digits.endIndex...], as: UTF8.self).first else {
            self.argument = argument
            return .redraw
        }
        let bytes = Array(String(character).utf8)
        let count = max(0, argument.count)
        return type((0..<count).flatMap { _ in bytes } + text[(digits.endIndex + bytes.count)...])
    }

    /// Does a command as often as the number says.
    mutating func perform(_ command: Command, _ argument: NumericArgument) -> Outcome {
        if command == .insertLastWord { return insertWord(argument.count) }
        let count = argument.count
        if count < 0, [.upcase, .downcase, .capitalise].contains(command) { return changeWordsBefore(command, -count) }
        guard let command = count < 0 ? command.opposite : command, command.isRepeatable else {
            return count < 0 ? .bell : perform(command)
        }
        let isUndo = command == .undo || command == .redo
        if !isUndo { undoHistory.beginGroup() }
        defer { if !isUndo { undoHistory.endGroup() } }
        var outcome = Outcome.redraw
        for _ in 0..<abs(count) {
            let next = perform(command)
            if next != .redraw {
                outcome = next
                break
            }
        }
        return outcome
    }

    /// Changes the case of words before the cursor, which stays.
    private mutating func changeWordsBefore(_ command: Command, _ count: Int) -> Outcome {
        let end = buffer.cursor
        var start = end
        for _ in 0..<count { start = buffer.wordStart(before: start) }
        guard start < end else { return .bell }
        let fromEnd = buffer.count - end
        undoHistory.beginGroup()
        defer { undoHistory.endGroup() }
        buffer.move(to: start)
        while buffer.cursor < buffer.count - fromEnd {
            guard perform(command) == .redraw else { break }
        }
        buffer.move(to: buffer.count - fromEnd)
        return .redraw
    }
}

extension Command {
    /// The command to do for a negative number.
    fileprivate var opposite: Command? {
        switch self {
        case .left: .right
        case .right: .left
        case .wordLeft: .wordRight
        case .wordRight: .wordLeft
        case .up: .down
        case .down: .up
        case .deleteBackward: .deleteForward
        case .deleteForward, .deleteOrEnd: .deleteBackward
        case .killWord: .killWordBackward
        case .killWordBackward: .killWord
        case .killLine: .killToLineStart
        case .killToLineStart: .killLine
        case .historyOlder: .historyNewer
        case .historyNewer: .historyOlder
        case .undo: .redo
        case .redo: .undo
        default: nil
        }
    }

    fileprivate var isRepeatable: Bool {
        switch self {
        case .transpose, .transposeWords, .upcase, .downcase, .capitalise, .yank, .killBlanksDelimited, .newline: true
        default: opposite != nil
        }
    }
}
