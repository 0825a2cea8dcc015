// SPDX-License-Identifier: MIT

/// Coverage in the format of lcov's tracefiles. Its functions are the hooks of rules.
///
/// Source: geninfo(1) of lcov 1.16, section "FILES".
enum LCOV {
    static func record(_ file: CoveredFile, _ hooks: [CoverageReport.HookLine]) -> String {
        var lines = ["TN:", "SF:\(file.name)"]
        let functions = hooks.filter { $0.place.fileAndLine.file == file.name }
        // A comma ends a name.
        let names = functions.map { $0.name.replacing(",", with: " ") }
        for (hook, name) in zip(functions, names) { lines.append("FN:\(hook.place.fileAndLine.line),\(name)") }
        for (hook, name) in zip(functions, names) { lines.append("FNDA:\(hook.use.calls),\(name)") }
        lines += ["FNF:\(functions.count)", "FNH:\(functions.count { $0.use.calls > 0 })"]
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
