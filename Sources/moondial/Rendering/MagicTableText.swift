// SPDX-License-Identifier: MIT

import MoondialPresentation
import NumberVerificationSimulator

/// The table of the simulator's magic values: what to send, and the outcome, in two columns.
enum MagicTableText {
    /// Lines that end with newlines.
    static var text: String {
        let rows = Simulator.magicTable
        // One width for all sections.
        let width = rows.map { DisplayText.width($0.given) }.max() ?? 0
        return Simulator.MagicRow.Section.allCases.map { section in
            let lines = TextTable(rows.filter { $0.section == section }.map { [$0.given, $0.outcome] }, indent: 2)
                .lines(widths: [width])
            return (["\(section.rawValue):"] + lines).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }
}
