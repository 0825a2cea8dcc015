// SPDX-License-Identifier: MIT

import MoondialPresentation

/// Turns the difference between what the terminal shows and what it shall show into bytes.
///
/// The painter knows nothing of the window outside its rows: it moves up and down relative to the cursor, and makes new
/// rows with line feeds, so that what is above scrolls away as usual. Where a line is longer than a row it lets the terminal
/// go on in the next row by itself, so that it breaks the line anew when the window gets another width. It expects the
/// cursor in the first column when it begins.
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
            erase()
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
    /// ``paint(_:)``.
    ///
    /// Many terminals break the lines anew, others cut or fill their rows. Where the cursor is tells which of both has
    /// happened.
    ///
    /// - Parameters:
    ///   - width: The cells of a row from now on.
    ///   - cursorColumn: Where the terminal says that the cursor is, from 0; nil when it does not say.
    /// - Returns: Bytes for the terminal.
    package mutating func resize(width: Int, cursorColumn: Int? = nil) -> [UInt8] {
        if let shown {
            let broken = brokenAnew(shown, width: max(1, width))
            let cut = Screen.Position(row: row, column: min(column ?? shown.cursor.column, width - 1))
            let isCut = cursorColumn == cut.column && cursorColumn != broken.column
            row = isCut ? cut.row : broken.row
        }
        column = nil
        erase()
        return take()
    }

    /// Where the cursor is when the terminal has broken the lines anew.
    private func brokenAnew(_ shown: Screen, width: Int) -> Screen.Position {
        var place = Screen.Position(row: 0, column: 0)
        for index in 0...row where index < shown.rows.count {
            if index > 0, !Self.goesOn(at: index, in: shown) { place = Screen.Position(row: place.row + 1, column: 0) }
            let cells = shown.rows[index].cells
            let end = index == row ? min(column ?? shown.cursor.column, cells.count) : cells.count
            for cell in cells[..<end] where cell.width > 0 {
                if place.column + Int(cell.width) > width { place = Screen.Position(row: place.row + 1, column: 0) }
                place.column += Int(cell.width)
            }
        }
        return place.column < width ? place : Screen.Position(row: place.row + 1, column: 0)
    }

    /// Whether the terminal itself has gone on in a row, and knows that its line began before.
    private static func goesOn(at index: Int, in screen: Screen) -> Bool {
        guard index > 0, screen.rows[index].isContinuation, let first = screen.rows[index].cells.first else {
            return false
        }
        let before = screen.rows[index - 1].cells
        guard before.count == screen.width, let last = before.last(where: { $0.width > 0 }) else { return false }
        return !isDoubtful(last) && !isDoubtful(first)
    }

    /// Takes the rows off the terminal and leaves the cursor in the first column.
    package mutating func remove() -> [UInt8] {
        erase()
        return take()
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
            let before = index < old.count ? old[index] : Screen.Row()
            let wentOn = shown.map { index < old.count && Self.goesOn(at: index, in: $0) } ?? false
            drawRow(index, of: screen, over: before, wraps: Self.goesOn(at: index, in: screen) && !wentOn)
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

    /// `wraps`: the terminal is to go on into the row by itself.
    private mutating func drawRow(_ index: Int, of screen: Screen, over old: Screen.Row, wraps: Bool) {
        let (new, width) = (screen.rows[index], screen.width)
        guard var change = wraps ? 0..<new.cells.count : Self.change(from: old.cells, to: new.cells) else { return }
        let doubt = [old, new].compactMap { $0.cells.firstIndex(where: Self.isDoubtful) }.min()
        // Where terminals disagree on widths, the cells from there on may hold other things than we know.
        if let doubt { change = min(change.lowerBound, doubt)..<new.cells.count }
        if wraps {
            if doubt != nil {
                move(toRow: index)
                move(toColumn: 0)
                clearLine()
            }
            wrap(intoRow: index, of: screen)
        } else {
            move(toRow: index)
            move(toColumn: change.lowerBound)
            if doubt != nil { clearLine() }
        }
        var cell = change.lowerBound
        while cell < min(change.upperBound, new.cells.count) {
            write(new.cells[cell])
            cell += max(1, Int(new.cells[cell].width))
        }
        if doubt == nil, old.cells.count > new.cells.count { clearLine() }
        // After the last cell the cursor waits at the edge; where exactly depends on the terminal.
        if let reached = column, reached >= width { column = nil }
    }

    /// Writes the last character of the row before once more: then the next one goes into the row.
    private mutating func wrap(intoRow index: Int, of screen: Screen) {
        let before = screen.rows[index - 1].cells
        guard let last = before.lastIndex(where: { $0.width > 0 }) else { return }
        move(toRow: index - 1)
        move(toColumn: last)
        write(before[last])
        row = index
        column = 0
        depth = max(depth, index + 1)
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
        // Not from the first column on: there are terminals that keep a window which is erased as a whole.
        write("\u{1B}[K\u{1B}[2G\u{1B}[J\r")
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
