// SPDX-License-Identifier: MIT

import MoondialPresentation

/// Makes the bytes that change a terminal from the shown screen to the next one.
///
/// The painter knows nothing of the window outside its rows: it moves up and down relative to the cursor, and makes new
/// rows with line feeds, so that the text above scrolls away as usual. A line that is longer than a row is wrapped by
/// the terminal itself, so that the terminal wraps the line again when the width of the window changes. At the
/// beginning, the cursor must be in the first column.
package struct ScreenPainter: Sendable {
    /// What the terminal shows; nil before the first screen and when that is not known.
    private var shown: Screen?
    /// Where the cursor is, as far as known: the row always, the column when not nil.
    private var row = 0
    private var column: Int? = 0
    /// How many rows from the first one exist in the window.
    private var depth = 1
    /// Rows that have left the window at its top when it became smaller, the last one directly above it. Many terminals
    /// bring them back when the window grows.
    private var gone: [Screen.Row] = []
    /// Whether, for the terminal, the first row of the window continues the last row that has left.
    private var goneContinues = false
    /// Rows at the top of the window that hold the end of a line which begins above it. A screen has as many rows less.
    package private(set) var reservedRows = 0
    /// How many rows have left the window at its top, and those that it reserves.
    package var goneRows: Int { gone.count }
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
        var screen = screen
        if screen.height > windowHeight || !gone.isEmpty {
            erase()
            // These rows are already in the terminal's scrollback.
            if screen.height > gone.count, zip(screen.rows, gone).allSatisfy(Self.isSameText) {
                screen.rows.removeFirst(gone.count)
                screen.cursor.row = max(0, screen.cursor.row - gone.count)
            }
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
    /// `text`: bytes for the terminal, which are not checked. A missing newline at the end is added.
    package mutating func print(above text: [UInt8], then screen: Screen) -> [UInt8] {
        erase()
        gone = []
        reservedRows = 0
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

    /// Goes back to the first row after the window's size has changed and erases what is shown, for the next
    /// ``paint(_:)``.
    ///
    /// Many terminals wrap the lines again, others cut or fill their rows. The place of the cursor shows which of both
    /// has happened, and how many rows have left the window.
    ///
    /// - Parameters:
    ///   - width: The cells of a row from now on.
    ///   - height: The rows of the window from now on.
    ///   - cursor: The place of the cursor as the terminal reports it, from the window's first cell; nil without a
    ///     report.
    /// - Returns: Bytes for the terminal.
    package mutating func resize(width: Int, height: Int, cursor: Screen.Position? = nil) -> [UInt8] {
        if let shown {
            let all = gone + shown.rows
            let place = Screen.Position(row: gone.count + row, column: column ?? shown.cursor.column)
            let goesOn = gone.map(\.isContinuation) + [goneContinues] + (1..<max(1, shown.rows.count)).map(wentOn)
            let (rows, broken) = Self.brokenAnew(all, goesOn, cursor: place, width: max(1, width))
            let cut = Screen.Position(row: place.row, column: min(place.column, width - 1))
            let isCut = cursor?.column == cut.column && cursor?.column != broken.column
            // After a full row, some terminals leave the cursor at its edge.
            let waitsAtEdge = broken.column == 0 && broken.row > 0 && cursor?.column == width
            let reached = isCut ? cut.row : waitsAtEdge ? broken.row - 1 : broken.row
            row = min(reached, cursor?.row ?? max(0, height - 1))
            let now =
                isCut
                ? zip(all, goesOn).map { Screen.Row(cells: Array($0.cells.prefix(width)), isContinuation: $1) } : rows
            // After a full row, the cursor has a row of its own.
            let isAlone = shown.rows[shown.cursor.row].cells.isEmpty && shown.rows[shown.cursor.row].isContinuation
            leave(now, cursor: reached, line: reached - (isAlone ? 1 : 0))
        }
        column = nil
        erase()
        return take()
    }

    /// Determines which rows have left the window. Rows that continue a line from above the window are left as they
    /// are, too: terminals differ in whether text drawn over them continues that line.
    ///
    /// - Parameters:
    ///   - rows: All up to the cursor, as the terminal shows them.
    ///   - cursor: The index of the row in which the cursor is.
    ///   - line: The index of the last row with text before the cursor.
    private mutating func leave(_ rows: [Screen.Row], cursor: Int, line: Int) {
        let left = cursor - row
        reservedRows = 0
        if left > 0, left < line, line <= rows.count {
            let rest = rows[left..<line].prefix(while: \.isContinuation).count
            // Except when they belong to the line of the cursor.
            if left + rest < line || rows.indices.contains(line) && !rows[line].isContinuation { reservedRows = rest }
        }
        row -= reservedRows
        gone = Array(rows.prefix(left + reservedRows))
        goneContinues = left > 0 && rows.indices.contains(gone.count) && rows[gone.count].isContinuation
    }

    /// The rows up to the cursor after the terminal has wrapped the lines again, and the place of the cursor then.
    private static func brokenAnew(
        _ old: [Screen.Row], _ goesOn: [Bool], cursor: Screen.Position, width: Int
    ) -> (rows: [Screen.Row], cursor: Screen.Position) {
        var rows = [Screen.Row()]
        for index in 0...cursor.row where index < old.count {
            if index > 0, !goesOn[index] { rows.append(Screen.Row()) }
            let cells = old[index].cells
            let end = index == cursor.row ? min(cursor.column, cells.count) : cells.count
            for cell in cells[..<end] where cell.width > 0 {
                if rows[rows.count - 1].cells.count + Int(cell.width) > width {
                    rows.append(Screen.Row(isContinuation: true))
                }
                rows[rows.count - 1].cells.append(cell)
                if cell.width == 2 { rows[rows.count - 1].cells.append(Screen.Cell(second: cell)) }
            }
        }
        let place = Screen.Position(row: rows.count - 1, column: rows[rows.count - 1].cells.count)
        // The cursor is on a character, and moves with it.
        let under = cursor.row < old.count ? old[cursor.row].cells.dropFirst(cursor.column).first : nil
        let fits = place.column + max(1, Int(under?.width ?? 1)) <= width
        return (rows, fits ? place : Screen.Position(row: place.row + 1, column: 0))
    }

    private static func isSameText(_ left: Screen.Row, _ right: Screen.Row) -> Bool {
        left.cells.lazy.map(\.character).elementsEqual(right.cells.lazy.map(\.character))
    }

    /// Whether the terminal itself has wrapped into a row, and so knows that the row continues a line.
    private static func goesOn(at index: Int, in screen: Screen) -> Bool {
        guard screen.rows.indices.contains(index), index > 0, screen.rows[index].isContinuation,
            let first = screen.rows[index].cells.first
        else { return false }
        let before = screen.rows[index - 1].cells
        // A wide character does not fit into the last cell.
        guard before.count + max(1, Int(first.width)) > screen.width, let last = before.last(where: { $0.width > 0 })
        else { return false }
        return !isDoubtful(last) && !isDoubtful(first)
    }

    /// Erases the rows from the terminal and leaves the cursor in the first column.
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
        var isErased = false
        for index in screen.rows.indices {
            let before = index < old.count ? old[index] : Screen.Row()
            isErased = drawRow(index, of: screen, over: before, afterErased: isErased)
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

    private func wentOn(at index: Int) -> Bool { shown.map { Self.goesOn(at: index, in: $0) } ?? false }

    /// Whether the terminal must forget how long a row was, or that its line continued: some terminals forget this only
    /// when the row is erased from its first cell on.
    private func isToBeForgotten(_ index: Int, of screen: Screen, over old: Screen.Row) -> Bool {
        screen.rows[index].cells.count < old.cells.count
            || wentOn(at: index + 1) && !Self.goesOn(at: index + 1, in: screen)
    }

    /// Draws a row. `afterErased`: the row before was just erased, so that the terminal no longer knows that its line
    /// continues.
    ///
    /// - Returns: Whether the row itself was erased as a whole before it was written.
    private mutating func drawRow(
        _ index: Int, of screen: Screen, over old: Screen.Row, afterErased: Bool
    ) -> Bool {
        let (new, width) = (screen.rows[index], screen.width)
        var change = Self.change(from: old.cells, to: new.cells)
        let isForgotten = isToBeForgotten(index, of: screen, over: old)
        let mustWrap = Self.goesOn(at: index, in: screen) && (!wentOn(at: index) || afterErased)
        guard change != nil || isForgotten || mustWrap else { return false }
        let doubt = [old, new].compactMap { $0.cells.firstIndex(where: Self.isDoubtful) }.min()
        // Terminals disagree on some widths: the cells after such a character may differ from those that are recorded
        // here.
        if let doubt, let certain = change { change = min(certain.lowerBound, doubt)..<new.cells.count }
        let isErased =
            !(index == 0 && goneContinues)
            && (isForgotten || doubt != nil && change?.lowerBound == 0)
        // The terminal has to wrap into the row by itself.
        let wraps = mustWrap || isErased && Self.goesOn(at: index, in: screen)
        if isErased || wraps { change = 0..<new.cells.count }
        guard let change else { return false }
        if isErased || !wraps || doubt != nil {
            move(toRow: index)
            move(toColumn: change.lowerBound)
            if isErased || doubt != nil { clearLine() }
        }
        if wraps { wrap(intoRow: index, of: screen) }
        var cell = change.lowerBound
        while cell < min(change.upperBound, new.cells.count) {
            write(new.cells[cell])
            cell += max(1, Int(new.cells[cell].width))
        }
        if !isErased, old.cells.count > new.cells.count { clearLine() }
        // After the last cell the cursor waits at the edge; where exactly depends on the terminal.
        if let reached = column, reached >= width { column = nil }
        return isErased
    }

    /// Writes the last character of the row before once more: then the terminal wraps the next one into this row.
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
            // Sets the column of the next character, since the terminal may assume another width.
            let next = before + Int(cell.width)
            column = nil
            move(toColumn: next)
        }
    }

    private mutating func erase() {
        move(toRow: 0)
        move(toColumn: 0)
        setStyle(.plain)
        // Not from the first column on: some terminals copy a window that is erased as a whole into their scrollback,
        // and some forget that the line of the row above continues.
        write("\(goneContinues ? "" : "\u{1B}[K")\u{1B}[2G\u{1B}[J\r")
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
