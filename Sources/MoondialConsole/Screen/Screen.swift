// SPDX-License-Identifier: MIT

package import MoondialPresentation

/// The rows of a terminal that the editor wants to show, from the prompt down, and the place of the cursor.
package struct Screen: Sendable, Hashable {
    /// One cell, or the first of a wide character.
    package struct Cell: Sendable, Hashable {
        package var character: Character
        /// 1 or 2 for a character; 0 for the second cell of a wide one.
        package var width: UInt8
        package var style: Style

        package init(character: Character, width: UInt8, style: Style) {
            self.character = character
            self.width = width
            self.style = style
        }

        /// The second cell of a wide character.
        init(second first: Cell) { self.init(character: " ", width: 0, style: first.style) }

        package static let blank = Cell(character: " ", width: 1, style: .plain)
    }

    struct Row: Sendable, Hashable {
        /// At most as many as the window is wide.
        var cells: [Cell] = []
        /// The row continues the line of the row before.
        var isContinuation = false
    }

    /// A place in the screen, from 0.
    package struct Position: Sendable, Hashable {
        package var row: Int
        package var column: Int

        package init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    var rows: [Row] = [Row()]
    package var cursor = Position(row: 0, column: 0)
    /// The cells of a row.
    package var width: Int

    init(width: Int) {
        self.width = max(1, width)
    }

    /// How many rows of the window are taken.
    package var height: Int { rows.count }

    /// The rows as text, without styles.
    package var lines: [String] {
        rows.map { row in String(row.cells.lazy.filter { $0.width > 0 }.map(\.character)) }
    }
}

/// Fills a screen from left to right and breaks lines where the window ends.
struct ScreenWriter {
    /// How many cells a tab takes.
    static let tabWidth = 4

    private static let characters = (0..<UInt8(0x80)).map { Character(UnicodeScalar($0)) }

    private(set) var screen: Screen
    /// Where the next character goes. The column may be the width: then it goes into the next row.
    private(set) var column = 0

    init(width: Int) {
        screen = Screen(width: width)
    }

    var row: Int { screen.rows.count - 1 }
    var room: Int { screen.width - column }

    mutating func write(_ text: StyledText) {
        for run in text.runs { write(run.text, run.style) }
    }

    mutating func write(_ text: String, _ style: Style) {
        for character in text { write(character, style) }
    }

    mutating func write(_ character: Character, _ style: Style) {
        let width = max(0, DisplayWidth.of(character))
        guard width > 0 else { return attach(character, style) }
        if column + width > screen.width { newRow(isContinuation: true) }
        // The window is narrower than the character.
        guard width <= screen.width else { return write("?", style) }
        screen.rows[row].cells.append(Screen.Cell(character: character, width: UInt8(width), style: style))
        if width == 2 { screen.rows[row].cells.append(Screen.Cell(second: screen.rows[row].cells[column])) }
        column += width
    }

    /// Writes a byte of printable ASCII.
    mutating func write(ascii byte: UInt8, _ style: Style) {
        if column >= screen.width { newRow(isContinuation: true) }
        screen.rows[screen.rows.count - 1].cells.append(
            Screen.Cell(character: Self.characters[Int(byte)], width: 1, style: style))
        column += 1
    }

    /// Where a cursor before the next character would stand.
    mutating func place() -> Screen.Position {
        if column >= screen.width { newRow(isContinuation: true) }
        return Screen.Position(row: row, column: column)
    }

    mutating func newRow(isContinuation: Bool = false) {
        screen.rows.append(Screen.Row(isContinuation: isContinuation))
        column = 0
    }

    mutating func setCursor(_ position: Screen.Position) {
        screen.cursor = position
    }

    /// A mark without a base character is shown on a dotted circle.
    private mutating func attach(_ character: Character, _ style: Style) {
        let circle: Character = "\u{25CC}"
        let shown = "\(circle)\(character)"
        write(shown.count == 1 && DisplayWidth.of(shown) > 0 ? Character(shown) : circle, style)
    }
}
