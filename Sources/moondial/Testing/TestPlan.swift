// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import MoondialWorkbench

/// Which tests are run, and how.
struct TestPlan {
    /// Test files, and folders of them.
    let paths: [String]
    /// The files of the rules that are tested; nil for those beside each test file.
    let rules: [String]?
    let settings: TestSettings
    let selection: TestSuite.Selection

    /// Loads all test files.
    func suite() throws(Diagnostic) -> TestSuite {
        let limits = settings.run.limits
        let given = try rules.map { paths throws(Diagnostic) in try RuleFiles.read(paths, limits: limits) }
        var files: [TestFile] = []
        for path in try TestFile.find(paths) { files.append(try TestFile(path, rules: given, limits: limits)) }
        return try TestSuite(files, settings, selection)
    }
}

/// The report of coverage after all tests have run.
struct TestCoverageOutput: Sendable {
    let isOn: Bool
    /// The lines that must be covered, in percent.
    let threshold: Double?

    /// Nil when coverage is off.
    func report(_ results: [TestResult]) -> CoverageReport? {
        guard isOn else { return nil }
        var covered = TestCoverage()
        for result in results { covered.add(result.coverage) }
        return CoverageReport(covered)
    }

    /// The message when fewer lines are covered than the threshold asks for, else nil.
    func shortfall(_ report: CoverageReport?) -> String? {
        guard let report, let threshold, report.lineShare.percentage < threshold else { return nil }
        return "coverage: \(report.lineShare.percentageText) % of the lines, but --threshold wants \(threshold)\n"
    }
}

extension TestReporter {
    init(_ format: TestReportFormat, on terminal: Terminal) {
        self.init(
            format, style: terminal.style,
            waterfall: Waterfall(
                width: max(40, terminal.width - 6), repertoire: terminal.repertoire, style: terminal.style))
    }
}
