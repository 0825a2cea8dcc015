// SPDX-License-Identifier: MIT

import LuaCheck
import LuaSyntax
package import MoondialPresentation
import TextFormats

/// A finding as it is shown to people, printable whatever the file holds:
///
///     error[unknown-field]: req has no field 'phnoe'; did you mean 'req.phone'?
///      --> rules.lua:3:12
///       |
///     3 |     if req.phnoe == "" then return deny "no_phone" end
///       |            ^^^^^
package struct FindingText {
    private let finding: CheckFinding
    private let style: TextStyle

    /// The default style is plain.
    package init(_ finding: CheckFinding, style: TextStyle = .plain) {
        self.finding = finding
        self.style = style
    }

    /// Lines that end with newlines.
    package var text: String {
        let title = "\(finding.severity.rawValue)[\(finding.code)]"
        let number = String(finding.start.line)
        let margin = String(repeating: " ", count: number.count)
        let bar = style.colour("|", .cyan)
        var lines = [
            style.bold(style.colour(title, finding.severity.colour)) + ": \(shown(finding.message))",
            "\(margin)\(style.colour("-->", .cyan)) \(shown(finding.place))",
        ]
        if !finding.sourceLine.isEmpty {
            lines += [
                "\(margin) \(bar)", "\(style.colour(number, .cyan)) \(bar) \(shownLine(finding.sourceLine[...]))",
                "\(margin) \(bar) \(style.colour(marker, finding.severity.colour))",
            ]
        }
        if let hint = finding.hint { lines.append("\(margin) \(style.colour("=", .cyan)) fix: \(shown(hint))") }
        return lines.map { $0 + "\n" }.joined() + (finding.example ?? "")
    }

    private func shown(_ text: String) -> String { String(escaping: text.utf8) }

    /// A part of a line, with tabs as wide as a space.
    private func shownLine(_ text: Substring) -> String {
        shown(String(text.map { $0 == "\t" ? " " : $0 }))
    }

    /// Carets under the part of the first line that the finding is about.
    private var marker: String {
        let line = finding.sourceLine
        let start = line.index(line.startIndex, offsetBy: finding.start.column - 1, limitedBy: line.endIndex)
        let before = line[..<(start ?? line.endIndex)]
        let rest = line[before.endIndex...]
        let count = finding.end.line == finding.start.line ? finding.end.column - finding.start.column : rest.count
        return String(repeating: " ", count: DisplayText.width(shownLine(before)))
            + String(repeating: "^", count: max(1, DisplayText.width(shownLine(rest.prefix(max(0, count))))))
    }
}

extension Severity {
    fileprivate var colour: Style.Colour {
        switch self {
        case .error: .red
        case .warning: .yellow
        case .note: .cyan
        }
    }
}
