// SPDX-License-Identifier: MIT

package import MoondialConsole
import MoondialPresentation

/// A small terminal emulator that shows the bytes of the painter. It collects unknown sequences, so that tests can
/// check that there are none.
package struct TerminalEmulator {
    package private(set) var width: Int
    package private(set) var height: Int
    package private(set) var grid: [[Screen.Cell]]
    package private(set) var row = 0
    package private(set) var column = 0
    /// Rows that have scrolled away at the top.
    package private(set) var scrollback: [[Screen.Cell]] = []
    package private(set) var unknown: [String] = []
    package private(set) var isPasteBracketed = false
    package private(set) var bells = 0
    /// The terminal's replies to queries, which the test takes.
    package private(set) var reports: [UInt8] = []
    /// Whether lines are wrapped again when the width changes. Otherwise rows are cut.
    package var reflows = true
    /// Whether a window that grows gets back rows that have scrolled away. Otherwise it gets empty rows.
    package var reachesBack = true
    /// Whether the terminal behaves like tmux: erasing a part of a row keeps its length and its line, erasing a whole
    /// row ends the line of the row before, and a window that becomes narrower loses rows at its top even if there are
    /// empty ones at its end. Otherwise each erasure ends the line of its row.
    package var keepsLengths = false
    /// For each row whose line continues in the next row, how many of its cells belong to the line: the last cell does
    /// not if a wide character did not fit.
    private var goesOn: [Int?]
    private var scrollbackGoesOn: [Int?] = []
    /// How many cells of each row were written since it was erased as a whole.
    private var lengths: [Int]
    private var scrollbackLengths: [Int] = []
    /// How often everything below the cursor was erased.
    package private(set) var erasures = 0
    private var waitsAtEdge = false
    private var style = Style.plain
    private var rest: [UInt8] = []

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        grid = Array(repeating: Self.blankRow(width), count: height)
        goesOn = Array(repeating: nil, count: height)
        lengths = Array(repeating: 0, count: height)
    }

    package var cursor: Screen.Position { Screen.Position(row: row, column: column) }

    package mutating func takeReports() -> [UInt8] {
        defer { reports = [] }
        return reports
    }

    /// The rows without blanks at their end, up to the last one that is not empty.
    package var lines: [String] {
        var lines = grid.map(Self.text)
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// All text that was ever shown.
    package var transcript: [String] { scrollback.map(Self.text) + lines }

    /// The cells of a screen's rows from some row of the window on, blank cells at the end left out.
    package func rows(from first: Int, count: Int) -> [[Screen.Cell]] {
        grid[first..<min(first + count, height)].map(Self.trimmed)
    }

    package static func trimmed(_ cells: [Screen.Cell]) -> [Screen.Cell] {
        Array(cells[..<(cells.lastIndex { $0 != .blank }.map { $0 + 1 } ?? 0)])
    }

    package mutating func write(_ bytes: [UInt8]) {
        rest += bytes
        let complete = Self.completePrefix(rest)
        var characters = String(decoding: rest[..<complete], as: UTF8.self).unicodeScalars[...]
        rest.removeFirst(complete)
        var text = String.UnicodeScalarView()
        while let scalar = characters.popFirst() {
            if scalar.value >= 0x20, scalar.value != 0x7F {
                text.append(scalar)
                continue
            }
            put(String(text))
            text = String.UnicodeScalarView()
            control(scalar, &characters)
        }
        put(String(text))
    }

    /// Another size; the text is broken anew as terminals do, and the cursor stays in its line. A window that is too low
    /// loses rows below the cursor, then at its top; one that grows gets rows back that have scrolled away.
    package mutating func resize(width new: Int, height newHeight: Int) {
        if keepsLengths, new != width, newHeight != height { resize(width: width, height: newHeight) }
        // Empty rows below the cursor count as rows.
        let keepsEmpty = keepsLengths && new != width
        let all = scrollback + grid
        let written = scrollbackLengths + lengths
        let joined = zip(scrollbackGoesOn + goesOn, written).map { goesOn, length in
            reflows ? goesOn.map { keepsLengths ? length : $0 } : nil
        }
        let cursorRow = scrollback.count + row
        let last =
            keepsEmpty ? all.count - 1 : max(cursorRow, all.lastIndex { !Self.trimmed($0).isEmpty } ?? 0)
        var rows: [[Screen.Cell]] = []
        var flags: [Int?] = []
        var (cursor, top) = ((row: 0, column: 0), 0)
        var line: [Screen.Cell] = []
        var cursorInLine: Int?
        for index in 0...last {
            if index == scrollback.count { top = rows.count + line.count / new }
            if index == cursorRow { cursorInLine = line.count + column }
            if index < last, let count = joined[index] {
                line += all[index].prefix(count)
                continue
            }
            line += keepsLengths ? Array(all[index].prefix(written[index])) : Self.trimmed(all[index])
            let broken = reflows ? Self.broken(line, width: new) : [Array(line.prefix(new))]
            if let place = cursorInLine {
                cursor = reflows ? Self.place(place, in: line, width: new) : (0, min(place, new - 1))
                cursor.row += rows.count
            }
            rows += broken
            flags += broken.indices.map { $0 + 1 < broken.count ? broken[$0].count : nil }
            (line, cursorInLine) = ([], nil)
        }
        while rows.count <= cursor.row {
            rows.append([])
            flags.append(nil)
        }
        let kept = keepsEmpty ? rows.count : max(cursor.row + 1, min(rows.count, top + newHeight))
        let first = reachesBack ? max(0, kept - newHeight) : max(top, kept - newHeight)
        scrollback = Array(rows[..<first])
        scrollbackGoesOn = Array(flags[..<first])
        scrollbackLengths = rows[..<first].map(\.count)
        lengths = Array((rows[first..<kept].map(\.count) + [Int](repeating: 0, count: newHeight)).prefix(newHeight))
        goesOn = Array((flags[first..<kept] + [Int?](repeating: nil, count: newHeight)).prefix(newHeight))
        grid = rows[first..<kept].map { Array(($0 + Self.blankRow(new)).prefix(new)) }
        while grid.count < newHeight { grid.append(Self.blankRow(new)) }
        (width, height) = (new, newHeight)
        (row, column) = (cursor.row - first, min(cursor.column, new - 1))
        waitsAtEdge = false
    }

    /// A line in rows; no wide character is cut.
    private static func broken(_ line: [Screen.Cell], width: Int) -> [[Screen.Cell]] {
        var rows: [[Screen.Cell]] = [[]]
        for cell in line where cell.width > 0 {
            if rows[rows.count - 1].count + Int(cell.width) > width { rows.append([]) }
            rows[rows.count - 1].append(cell)
            if cell.width == 2 { rows[rows.count - 1].append(Screen.Cell(character: " ", width: 0, style: cell.style)) }
        }
        return rows
    }

    private static func place(_ cursor: Int, in line: [Screen.Cell], width: Int) -> (row: Int, column: Int) {
        let before = broken(Array(line.prefix(cursor)), width: width)
        let column = (before.last?.count ?? 0) + max(0, cursor - line.count)
        return (before.count - 1 + column / width, column % width)
    }

    private static func text(_ cells: [Screen.Cell]) -> String {
        let text = cells.filter { $0.width > 0 }.map(\.character)
        return String(text[..<(text.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0)])
    }

    private static func blankRow(_ width: Int) -> [Screen.Cell] { Array(repeating: .blank, count: width) }

    /// Bytes before a sequence or character that is not complete.
    private static func completePrefix(_ bytes: [UInt8]) -> Int {
        if let escape = bytes.lastIndex(of: 0x1B) {
            let sequence = bytes[escape...].dropFirst()
            if sequence.isEmpty { return escape }
            if sequence.first == UInt8(ascii: "["),
                !sequence.dropFirst().contains(where: { (0x40...0x7E).contains($0) })
            {
                return escape
            }
        }
        for length in 1...4 where bytes.count >= length {
            let byte = bytes[bytes.count - length]
            if byte < 0x80 { return bytes.count }
            if byte >= 0xC0 {
                let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                return length >= needed ? bytes.count : bytes.count - length
            }
        }
        return bytes.count
    }
}

// MARK: - Text and sequences

extension TerminalEmulator {
    private mutating func put(_ text: String) {
        for character in text {
            let cells = TerminalWidths.cells(of: character)
            guard cells > 0 else { continue }
            if waitsAtEdge || column + cells > width {
                goesOn[row] = waitsAtEdge ? width : column
                column = 0
                lineFeed()
            }
            breakWide(at: column)
            if cells == 2 { breakWide(at: column + 1) }
            grid[row][column] = Screen.Cell(character: character, width: UInt8(cells), style: style)
            if cells == 2 { grid[row][column + 1] = Screen.Cell(character: " ", width: 0, style: style) }
            column += cells
            lengths[row] = max(lengths[row], column)
            waitsAtEdge = column >= width
            if waitsAtEdge { column = width - 1 }
        }
    }

    /// Removes a wide character of which one cell was overwritten.
    private mutating func breakWide(at column: Int) {
        let isSecond = grid[row][column].width == 0
        if isSecond, column > 0 { grid[row][column - 1] = .blank }
        if grid[row][column].width == 2, column + 1 < width { grid[row][column + 1] = .blank }
    }

    private mutating func lineFeed() {
        waitsAtEdge = false
        if row + 1 < height {
            row += 1
        } else {
            scrollback.append(grid.removeFirst())
            scrollbackGoesOn.append(goesOn.removeFirst())
            scrollbackLengths.append(lengths.removeFirst())
            grid.append(Self.blankRow(width))
            goesOn.append(nil)
            lengths.append(0)
        }
    }

    private mutating func control(_ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) {
        switch scalar {
        case "\r":
            column = 0
            waitsAtEdge = false
        case "\n": lineFeed()
        case "\u{7}": bells += 1
        case "\u{1B}" where rest.first == "[":
            rest.removeFirst()
            let parameters = rest.prefix { !(0x40...0x7E).contains($0.value) }
            rest = rest.dropFirst(parameters.count)
            let final = rest.popFirst() ?? "?"
            sequence(String(parameters), Character(final))
        default: unknown.append(String(scalar).debugDescription)
        }
    }

    private mutating func sequence(_ parameters: String, _ final: Character) {
        let number = max(1, Int(parameters) ?? 1)
        switch final {
        case "A": row = max(0, row - number)
        case "B": row = min(height - 1, row + number)
        case "G": column = min(width, number) - 1
        case "H" where parameters.isEmpty: (row, column) = (0, 0)
        case "K" where parameters.isEmpty: erase(row, from: column)
        case "J" where parameters.isEmpty:
            erasures += 1
            erase(row, from: column)
            for row in (row + 1)..<max(row + 1, height) { erase(row, from: 0) }
        case "J" where parameters == "2":
            grid = Array(repeating: Self.blankRow(width), count: height)
            goesOn = Array(repeating: nil, count: height)
            lengths = Array(repeating: 0, count: height)
        case "m": setStyle(parameters)
        case "n" where parameters == "6": reports += Array("\u{1B}[\(row + 1);\(column + 1)R".utf8)
        case "h" where parameters == "?2004": isPasteBracketed = true
        case "l" where parameters == "?2004": isPasteBracketed = false
        default: unknown.append(parameters + String(final))
        }
        if "ABGH".contains(final) { waitsAtEdge = false }
    }

    private mutating func erase(_ row: Int, from column: Int) {
        if grid[row][column].width == 0, column > 0 { grid[row][column - 1] = .blank }
        for index in column..<width { grid[row][index] = .blank }
        if column == 0 {
            lengths[row] = 0
            if keepsLengths, row > 0 { goesOn[row - 1] = nil }
            if keepsLengths, row == 0, !scrollbackGoesOn.isEmpty { scrollbackGoesOn[scrollbackGoesOn.count - 1] = nil }
        }
        if column == 0 || !keepsLengths { goesOn[row] = nil }
        // The painter has to reset the style before it erases.
        if style != .plain { unknown.append("erasing in a style") }
    }

    private mutating func setStyle(_ parameters: String) {
        for number in parameters.split(separator: ";").compactMap({ UInt8($0) }) {
            switch number {
            case 0: style = .plain
            case 1: style.attributes.insert(.bold)
            case 2: style.attributes.insert(.dim)
            case 4: style.attributes.insert(.underline)
            case 7: style.attributes.insert(.reverse)
            default:
                if let colour = Style.Colour(rawValue: number) {
                    style.colour = colour
                } else {
                    unknown.append("\(number)m")
                }
            }
        }
    }
}
