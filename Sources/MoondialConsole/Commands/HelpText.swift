// SPDX-License-Identifier: MIT

import MoondialPresentation

/// Text for people, broken at words to the width of a window.
struct HelpText {
    /// A narrower window breaks the lines itself.
    private static let narrowest = 20
    /// The widest first column of a list; longer terms have a line of their own.
    private static let widestTerm = 24

    private let width: Int
    private let style: TextStyle
    private var lines: [String] = []

    init(width: Int, style: TextStyle = .plain) {
        self.width = max(Self.narrowest, width)
        self.style = style
    }

    /// Lines that end with newlines.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// A line in bold, after an empty one unless it is the first.
    mutating func heading(_ text: String) {
        if !lines.isEmpty { lines.append("") }
        lines += DisplayText.wrapped(text, width: width).map(style.bold)
    }

    /// Text of one or more lines. Lines that hold two columns keep them.
    mutating func paragraph(_ text: String, indent: Int = 0) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if DisplayText.width(DisplayText.withoutStyles(line)) + indent <= width {
                verbatim(line, indent: indent)
                continue
            }
            let blanks = line.prefix { $0 == " " }.count
            let (line, indent) = (String(line.dropFirst(blanks)), indent + blanks)
            if let columns = Self.columns(of: line) {
                append(columns.first, column: indent, columns.second, at: indent + columns.start)
            } else {
                append("", column: indent, line, at: indent)
            }
        }
    }

    /// Lines as they are, such as code.
    mutating func verbatim(_ text: String, indent: Int = 0) {
        let blanks = String(repeating: " ", count: indent)
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : blanks + $0 }
    }

    /// Terms with their explanations, in two columns.
    ///
    /// `termWidth` is the width of the first column, so that several lists can share it. The default is that of these
    /// rows.
    mutating func list(_ rows: [(term: String, text: String)], indent: Int = 0, termWidth: Int? = nil) {
        let column = indent + (termWidth ?? Self.termWidth(of: rows.map(\.term))) + 2
        for row in rows { append(row.term, column: indent, row.text, at: column) }
    }

    /// How wide the first column is for some terms.
    static func termWidth(of terms: [String]) -> Int {
        terms.map(DisplayText.width).filter { $0 <= widestTerm }.max() ?? 0
    }

    private mutating func append(_ term: String, column: Int, _ text: String, at start: Int) {
        // At least half of the width is left for the text.
        let start = max(column, min(start, width / 2))
        let pieces = DisplayText.wrapped(text, width: width - start)
        let blanks = String(repeating: " ", count: start)
        let head = String(repeating: " ", count: column) + term
        if DisplayText.width(head) + (term.isEmpty ? 0 : 2) > start {
            lines += DisplayText.wrapped(term, width: width - column).map {
                String(repeating: " ", count: column) + $0
            }
            lines += pieces.filter { !$0.isEmpty }.map { blanks + $0 }
        } else {
            lines.append(Self.trimmed(DisplayText.padded(head, to: start) + (pieces.first ?? "")))
            lines += pieces.dropFirst().map { blanks + $0 }
        }
    }

    private static func trimmed(_ line: String) -> String {
        line.lastIndex { $0 != " " }.map { String(line[...$0]) } ?? ""
    }

    /// The two parts of a line with a gap of several spaces, and where the second begins.
    private static func columns(of line: String) -> (first: String, second: String, start: Int)? {
        guard let gap = line.firstRange(of: "  "), gap.lowerBound > line.startIndex else { return nil }
        let second = line[gap.upperBound...].drop { $0 == " " }
        guard !second.isEmpty else { return nil }
        return (String(line[..<gap.lowerBound]), String(second), line.count - second.count)
    }
}
