// SPDX-License-Identifier: MIT

/// Rows of texts in columns, for people.
package struct TextTable {
    private let rows: [[String]]
    private let indentation: String

    /// - Parameters:
    ///   - rows: Texts of one line, as many in each row. A head is the first row.
    ///   - indent: The cells before each row. The default is 0.
    package init(_ rows: [[String]], indent: Int = 0) {
        self.rows = rows
        indentation = String(repeating: " ", count: indent)
    }

    /// Names with their values, one fact a row; a fact without a value is left out.
    package init(facts: [(name: String, value: String?)], indent: Int = 0) {
        self.init(facts.compactMap { name, value in value.map { [name, $0] } }, indent: indent)
    }

    /// The rows, without ends of lines. A column is as wide as its widest text, or wider where `widths` says so; the last is
    /// not padded, and no line ends with spaces.
    package func lines(widths minimum: [Int] = []) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            let texts = rows.lazy.compactMap { $0.indices.contains(column) ? $0[column] : nil }
            return max(minimum.indices.contains(column) ? minimum[column] : 0, texts.map(DisplayText.width).max() ?? 0)
        }
        return rows.map { row in
            let padded = row.dropLast().enumerated().map { DisplayText.padded($1, to: widths[$0]) }
            let line = indentation + (padded + row.suffix(1)).joined(separator: "  ")
            return line.lastIndex { $0 != " " }.map { String(line[...$0]) } ?? ""
        }
    }

    /// The table with texts shortened, in the widest columns first, until a row takes at most `width` cells, or no column
    /// more than eight.
    package func fitting(_ width: Int, ascii: Bool = false) -> TextTable {
        let count = rows.map(\.count).max() ?? 0
        var widths = (0..<count).map { column in
            rows.lazy.filter { $0.indices.contains(column) }.map { DisplayText.width($0[column]) }.max() ?? 0
        }
        let room = width - indentation.count - 2 * max(0, count - 1)
        while widths.reduce(0, +) > room, let widest = widths.max(), widest > Self.narrowest,
            let column = widths.lastIndex(of: widest)
        {
            let next = widths.filter { $0 < widest }.max() ?? 0
            let excess = widths.reduce(0, +) - room
            // Several columns of the same width lose a cell in turn.
            let isAlone = widths.count { $0 == widest } == 1
            widths[column] = isAlone ? max(next, widest - excess, Self.narrowest) : widest - 1
        }
        let shortened = rows.map { row in
            row.enumerated().map { DisplayText.shortened($1, to: max(1, widths[$0]), ascii: ascii) }
        }
        return TextTable(shortened, indent: indentation.count)
    }

    private static let narrowest = 8

    /// How many cells its widest row takes.
    package var width: Int { lines().map(DisplayText.width).max() ?? 0 }

    /// Lines that end with newlines.
    package var text: String { lines().map { $0 + "\n" }.joined() }
}
