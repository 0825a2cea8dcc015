// SPDX-License-Identifier: MIT

import PseudoTerminals

/// A simple model of how a text with a prompt fills the rows of a window, by the widths of the system's tables.
struct ScreenModel {
    private(set) var rows: [String] = [""]
    private(set) var cursor = (row: 0, column: 0)
    private let width: Int
    private var column = 0

    init(_ state: BufferModel.State, prompt: String, continuation: String, width: Int, end: String = "") {
        self.width = width
        write(prompt)
        for (index, character) in state.characters.enumerated() {
            if index == state.cursor { placeCursor() }
            if character == "\n" {
                beginRow()
                write(continuation)
            } else {
                write(Self.shown(character))
            }
        }
        if state.cursor == state.characters.count { placeCursor() }
        write(end)
    }

    /// Whether a character is part of a split emoji, which each terminal shows in its own way.
    static func isDoubtful(_ character: Character) -> Bool {
        let whole: [Character] = ["👨‍👩‍👧", "🇨🇳", "👍🏽", "❤️"]
        return !whole.contains(character)
            && character.unicodeScalars.contains { scalar in
                scalar == "\u{200D}" || scalar == "\u{FE0F}" || scalar.properties.isEmojiModifier
                    || (0x1F1E6...0x1F1FF).contains(scalar.value)
            }
    }

    /// How a character is shown that is not shown as it is.
    private static func shown(_ character: Character) -> String {
        guard let scalar = character.unicodeScalars.first else { return "" }
        if character == "\t" { return "    " }
        if scalar.value < 0x20 { return "^" + String(UnicodeScalar(UInt8(scalar.value) + 0x40)) }
        if scalar.properties.generalCategory == .format { return "<U+\(String(scalar.value, radix: 16).uppercased())>" }
        return TerminalWidths.cells(of: character) > 0 ? String(character) : "\u{25CC}\(character)"
    }

    static func cells(of text: String) -> Int {
        text.reduce(0) { $0 + shown($1).reduce(0) { $0 + width($1) } }
    }

    /// A mark on a dotted circle stays a mark.
    private static func width(_ character: Character) -> Int {
        character.unicodeScalars.first == "\u{25CC}" ? 1 : TerminalWidths.cells(of: character)
    }

    private mutating func placeCursor() {
        if column >= width { beginRow() }
        cursor = (rows.count - 1, column)
    }

    private mutating func beginRow() {
        rows.append("")
        column = 0
    }

    private mutating func write(_ text: String) {
        for character in text {
            let cells = Self.width(character)
            if column + cells > width { beginRow() }
            rows[rows.count - 1].append(character)
            column += cells
        }
    }
}
