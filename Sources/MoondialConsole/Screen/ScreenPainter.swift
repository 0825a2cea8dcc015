// SPDX-License-Identifier: MIT

import MoondialPresentation

/// Turns the difference between what the terminal shows and what it shall show into bytes.
///
/// The painter knows nothing of the window outside its rows: it moves up and down relative to the cursor, and makes new
/// rows with line feeds, so that what is above scrolls away as usual. It expects the cursor in the first column when it
/// begins.
package struct ScreenPainter: Sendable {
    /// What the terminal shows; nil before the first screen and when that is not known.
    private var shown: Screen?
    /// Where the cursor is, as far as known: the row always, the column when not nil.
    private var row = 0
    private var column: Int? = 0
    /// How many rows from the first one exist in the window.
    private var depth = 1
    private var style = Style.plain
    private var output: [UInt8] = []

    package init() {}

    /// Draws a screen over the one that is shown.
    package mutating func paint(_ screen: Screen) -> [UInt8] {
        draw(screen)
        return take()
    }

    /// Draws the screen for the last time and leaves the cursor in the first column below it. What comes next begins there.
    ///
    /// `windowHeight`: a screen with more rows is printed as a whole, so that all of it can be scrolled back to.
    package mutating func finish(_ screen: Screen, windowHeight: Int) -> [UInt8] {
        if screen.height > windowHeight {
            move(toRow: 0)
            move(toColumn: 0)
            write("\u{1B}[J")
            shown = nil
            depth = 1
        }
        draw(screen)
        move(toRow: screen.height - 1)
        write("\r\n")
        let bytes = take()
        self = ScreenPainter()
        return bytes
    }

    /// Prints lines above the rows and draws the screen anew below them.
    ///
    /// `text`: bytes for the terminal, not looked at. A missing newline at the end is added.
    package mutating func print(above text: [UInt8], then screen: Screen) -> [UInt8] {
        erase()
        var previous: UInt8 = 0
        for byte in text {
            if byte == UInt8(ascii: "\n"), previous != UInt8(ascii: "\r") { output.append(UInt8(ascii: "\r")) }
            output.append(byte)
            previous = byte
        }
        if let last = text.last, last != UInt8(ascii: "\n") { write("\r\n") }
        draw(screen)
        return take()
    }

    /// Clears the whole window and draws the screen at its top.
    package mutating func clear(_ screen: Screen) -> [UInt8] {
        let open = output
        self = ScreenPainter()
        output = open
        write("\u{1B}[0m\u{1B}[H\u{1B}[2J")
        draw(screen)
        return take()
    }

    /// Goes back to the first row after the window's width has changed and erases what is shown, for the next
    /// ``paint(_:)``. Terminals break the lines anew when a window becomes narrower; that is taken into account.
    package mutating func resize(width: Int) -> [UInt8] {
        if let shown {
            row = shown.rows[..<row].reduce(0) { $0 + Self.height(of: $1, width: width) }
            // The row of the cursor itself, up to the cursor.
            row += (column ?? shown.cursor.column) / max(1, width)
        }
        column = nil
        erase()
        return take()
    }

    /// Takes the rows off the terminal and leaves the cursor in the first column.
    package mutating func remove() -> [UInt8] {
        erase()
        return take()
    }

    private static func height(of row: Screen.Row, width: Int) -> Int {
        max(1, (row.cells.count + width - 1) / max(1, width))
    }

    private mutating func take() -> [UInt8] {
        setStyle(.plain)
        defer { output = [] }
        return output
    }
}

// MARK: - Drawing

extension ScreenPainter {
    private mutating func draw(_ screen: Screen) {
        let old = shown?.rows ?? []
        for index in screen.rows.indices {
            drawRow(
                screen.rows[index], over: index < old.count ? old[index] : Screen.Row(), at: index,
                width: screen.width)
        }
        if old.count > screen.rows.count {
            move(toRow: screen.rows.count)
            move(toColumn: 0)
            setStyle(.plain)
            write("\u{1B}[J")
        }
        // A row without text still has to exist.
        move(toRow: screen.rows.count - 1)
        move(toRow: screen.cursor.row)
        move(toColumn: screen.cursor.column)
        shown = screen
    }

    private mutating func drawRow(_ new: Screen.Row, over old: Screen.Row, at index: Int, width: Int) {
        guard var change = Self.change(from: old.cells, to: new.cells) else { return }
        let doubt = [old, new].compactMap { $0.cells.firstIndex(where: Self.isDoubtful) }.min()
        // Where terminals disagree on widths, the cells from there on may hold other things than we know.
        if let doubt { change = min(change.lowerBound, doubt)..<new.cells.count }
        move(toRow: index)
        move(toColumn: change.lowerBound)
        if doubt != nil { clearLine() }
        var cell = change.lowerBound
        while cell < min(change.upperBound, new.cells.count) {
            write(new.cells[cell])
            cell += max(1, Int(new.cells[cell].width))
        }
        if doubt == nil, old.cells.count > new.cells.count { clearLine() }
        // After the last cell the cursor waits at the edge; where exactly depends on the terminal.
        if let reached = column, reached >= width { column = nil }
    }

    /// Erases from the cursor to the end of the row.
    private mutating func clearLine() {
        setStyle(.plain)
        write("\u{1B}[K")
    }

    /// The cells that have to be written, widened so that no wide character is cut.
    private static func change(from old: [Screen.Cell], to new: [Screen.Cell]) -> Range<Int>? {
        let common = min(old.count, new.count)
        var first = 0
        while first < common, old[first] == new[first] { first += 1 }
        if first == old.count, first == new.count { return nil }
        var last = max(old.count, new.count)
        if old.count == new.count {
            while last > first, old[last - 1] == new[last - 1] { last -= 1 }
        }
        while first > 0, isContinuation(old, first) || isContinuation(new, first) { first -= 1 }
        while last < new.count, isContinuation(old, last) || isContinuation(new, last) { last += 1 }
        return first..<last
    }

    private static func isContinuation(_ cells: [Screen.Cell], _ index: Int) -> Bool {
        index < cells.count && cells[index].width == 0
    }

    private static func isDoubtful(_ cell: Screen.Cell) -> Bool {
        cell.width > 0 && !cell.character.isASCII && !DisplayWidth.isCertain(cell.character)
    }

    private mutating func write(_ cell: Screen.Cell) {
        setStyle(cell.style)
        output.append(contentsOf: cell.character.utf8)
        guard let before = column else { return }
        column = before + Int(cell.width)
        if Self.isDoubtful(cell) {
            // Says where the next character goes, whatever the terminal thinks.
            let next = before + Int(cell.width)
            column = nil
            move(toColumn: next)
        }
    }

    private mutating func erase() {
        move(toRow: 0)
        move(toColumn: 0)
        setStyle(.plain)
        write("\u{1B}[J")
        shown = nil
        depth = 1
    }

    private mutating func setStyle(_ new: Style) {
        guard new != style else { return }
        style = new
        write(new.sequence)
    }

    private mutating func move(toRow target: Int) {
        guard target != row else { return }
        if target < row {
            write("\u{1B}[\(row - target)A")
        } else {
            let existing = min(target, depth - 1)
            if existing > row { write("\u{1B}[\(existing - row)B") }
            let missing = target - max(existing, row)
            if missing > 0 {
                // A line feed fills the new row with the current background where the terminal does so.
                setStyle(.plain)
                write(String(repeating: "\r\n", count: missing))
                column = 0
                depth = target + 1
            }
        }
        row = target
    }

    private mutating func move(toColumn target: Int) {
        guard target != column else { return }
        write(target == 0 ? "\r" : "\u{1B}[\(target + 1)G")
        column = target
    }

    private mutating func write(_ text: String) {
        output.append(contentsOf: text.utf8)
    }
}
