// SPDX-License-Identifier: MIT

/// Coverage in the format of lcov's tracefiles.
///
/// Source: geninfo(1) of lcov 1.16, section "FILES".
enum LCOV {
    static func record(_ file: CoveredFile) -> String {
        var lines = ["TN:", "SF:\(file.name)"]
        for (number, branch) in file.branches.enumerated() {
            let isReached = branch.arms.contains { $0.count > 0 }
            for (index, arm) in branch.arms.enumerated() {
                lines.append("BRDA:\(branch.line),\(number),\(index),\(isReached ? String(arm.count) : "-")")
            }
        }
        lines += ["BRF:\(file.arms.count)", "BRH:\(file.coveredArms)"]
        for line in file.lines { lines.append("DA:\(line.number),\(line.count)") }
        lines += ["LF:\(file.lines.count)", "LH:\(file.coveredLines)", "end_of_record"]
        return lines.map { $0 + "\n" }.joined()
    }
}
