// SPDX-License-Identifier: MIT

import NumberVerificationSimulator

/// What to send to the simulator to see what, in two columns.
enum MagicTableText {
    /// Lines that end with newlines.
    static var text: String {
        let rows = Simulator.magicTable
        let width = rows.map(\.given.count).max() ?? 0
        var lines: [String] = []
        for section in Simulator.MagicRow.Section.allCases {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(section.rawValue):")
            for row in rows where row.section == section {
                let padding = String(repeating: " ", count: width - row.given.count)
                lines.append("  \(row.given)\(padding)  \(row.outcome)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
