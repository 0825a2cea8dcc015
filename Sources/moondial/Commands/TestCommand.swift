// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import NIOCore
import TextFormats

struct TestCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of rules.",
        discussion: """
            Runs the tests in files named *_test.lua, by default all in the present folder and below it. A test file is about \
            the rules beside it: strict_test.lua about strict.lua, or about the whole folder where there is no such file.

              test "expired token" {
                request = { channel = "web" },
                replies = { 9003 },
                expect = { decision = "review", reason = "new_token", attempts = 1, billed = 0 },
              }

            Each test has its own rules, simulator, clock and random numbers. Nothing is sent and nothing waits.

            The exit status is 0 when all tests pass, 1 when one fails, and 65 when there is none or a file does not load.
            """)

    /// The format of the results, or of the coverage report. With a format of coverage, results are printed as
    /// `pretty`.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case pretty, tap, junit, json, github, text, lcov, html

        var ofResults: TestReportFormat { TestReportFormat(rawValue: rawValue) ?? .pretty }
        var ofCoverage: CoverageReport.Format? { CoverageReport.Format(rawValue: rawValue) }
        /// Whether standard output is a coverage file; results go to standard error then.
        var isFile: Bool { self == .lcov || self == .html }
    }

    @Argument(help: ArgumentHelp("Test files, and folders of them.", valueName: "path"), completion: .file())
    var paths: [String] = []

    @Option(help: ArgumentHelp("Run the tests whose name has this in it (a regular expression).", valueName: "pattern"))
    var run: String?

    @Option(help: "pretty, tap, junit, json or github; with --coverage also text, lcov or html.")
    var format = Format.pretty

    @Flag(help: "Stop after the first failure.")
    var failFast = false

    @Option(help: ArgumentHelp("Run in an order that this number determines.", valueName: "seed"))
    var shuffle: UInt64?

    @Option(
        help: ArgumentHelp("How many tests run side by side (default: one for each processor).", valueName: "count"))
    var jobs: Int?

    @Flag(help: "Show which hooks, lines, branches and codes of the rules the tests have exercised.")
    var coverage = false

    @Option(
        help: ArgumentHelp("With --coverage, fail when fewer lines of a hundred are covered.", valueName: "percent"))
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "Write the test that reproduces a run: JSON of 'verify --json --trace', or lines of the decision log.",
            valueName: "file"), completion: .file())
    var from: String?

    @Flag(help: "Run tests again when a file changes that they have loaded, until 'q' or Ctrl-C is pressed.")
    var watch = false

    @Flag(help: "Write what came in the place of what failing tables expect, into the test files.")
    var update = false

    @Flag(help: "Refuse tests that are marked 'only': for CI.")
    var strict = false

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    func perform(_ shell: Shell) throws -> ExitStatus {
        if let from { return try writeTests(from: from, shell) }
        guard threshold == nil || coverage else {
            throw Failure.usage("--threshold goes with --coverage", fix: "add --coverage")
        }
        guard threshold.map((0...100).contains) ?? true else {
            throw Failure.usage("--threshold: a number from 0 to 100 expected")
        }
        guard format.ofCoverage == nil || coverage else {
            throw Failure.usage("--format \(format.rawValue) is one of coverage", fix: "add --coverage")
        }
        let plan = try plan(shell)
        if watch { return try watch(plan, shell) }
        let suite = try plan.suite()
        if strict, suite.hasOnly {
            throw Failure(
                Diagnostic(.usage, "a test is marked 'only', so that others are left out", fix: "take the mark out"),
                status: .denied)
        }
        guard !suite.tests.isEmpty else {
            throw Failure(
                Diagnostic(
                    .ruleFile, "there is no test\(run.map { " whose name has '\($0)' in it" } ?? "")",
                    fix: "write tests in a file whose name ends with _test.lua; see 'moondial test --help'"),
                status: .badData)
        }
        let write = { (text: String) in
            if format.isFile { shell.errors.write(text) } else { shell.output.write(text) }
        }
        let reporter = TestReporter(format.ofResults, on: format.isFile ? shell.errorTerminal : shell.terminal)
        write(reporter.begin(count: suite.tests.count))
        var number = 0
        let results = suite.run { result in
            number += 1
            write(reporter.add(result, number: number))
        }
        write(reporter.end(results))
        let isCovered = !coverage || isCovered(results, shell)
        if update { return try update(results, shell) && isCovered ? .done : .denied }
        return results.contains { $0.status == .failed } || !isCovered ? .denied : .done
    }

    private var coverageOutput: TestCoverageOutput { TestCoverageOutput(isOn: coverage, threshold: threshold) }

    /// Prints the coverage report. False when less is covered than `--threshold` asks for.
    private func isCovered(_ results: [TestResult], _ shell: Shell) -> Bool {
        guard let report = coverageOutput.report(results) else { return true }
        if format.isFile {
            shell.output.write(report.text(format.ofCoverage ?? .text, style: .plain))
        } else if format.ofResults == .pretty {
            shell.output.write("\n" + report.text(.text, style: shell.terminal.style))
        } else {
            // Standard output must hold the results and nothing else.
            shell.errors.write("\n" + report.text(.text, style: .plain))
        }
        guard let shortfall = coverageOutput.shortfall(report) else { return true }
        shell.errors.write(shortfall)
        return false
    }

    private func watch(_ plan: TestPlan, _ shell: Shell) throws -> ExitStatus {
        guard format == .pretty || format == .text else {
            throw Failure.usage(
                "--watch shows results to people, and not as \(format.rawValue)", fix: "leave --format out")
        }
        guard !update else { throw Failure.usage("--update runs tests once", fix: "leave --watch out") }
        guard !strict else { throw Failure.usage("--strict is for CI", fix: "leave --watch out") }
        let tests = WatchedTests(plan.paths, rules: plan.rules, plan.settings, plan.selection)
        return try TestWatch(shell.terminal, coverage: coverageOutput).run(tests, shell)
    }

    /// Writes the actual results into the test files. True when all failing tests would pass now.
    private func update(_ results: [TestResult], _ shell: Shell) throws -> Bool {
        let update = ExpectationUpdate(results)
        try update.write()
        let isForPeople = format.ofResults == .pretty && !format.isFile
        let write = { (text: String) in if isForPeople { shell.output.write(text) } else { shell.errors.write(text) } }
        if !update.changes.isEmpty || !update.kept.isEmpty { write("\n") }
        for change in update.changes {
            write("updated  \(shown(change.place)): \(change.name) = \(shown(change.new)), was \(shown(change.old))\n")
        }
        for kept in update.kept { write("kept     \(shown(kept.place)): \(shown(kept.reason))\n") }
        return update.kept.isEmpty
    }

    private func shown(_ text: String) -> String { String(escaping: text.utf8) }

    private func writeTests(from path: String, _ shell: Shell) throws -> ExitStatus {
        let bytes: [UInt8]
        do throws(FileSystem.Failure) {
            bytes = try FileSystem.read(path, limit: .fixed(64 << 20), takesStreams: true)
        } catch {
            throw Failure(Diagnostic(unreadable: error, code: .inputOutput), status: .noInput)
        }
        // A gateway that is killed leaves a line that ends in the middle.
        let skip = { (message: String) in shell.errors.warn("\(message): the line is left out") }
        let tests = try JSONLines.map(bytes, of: path, skip: skip) { record, line throws(Diagnostic) in
            // Written by a gateway in the place of records that it has dropped.
            guard record["gap"] == nil else {
                shell.errors.warn("\(ByteText.shown(path)):\(line): records are missing here")
                return String?.none
            }
            return try RecordedRun(record).test
        }.compactMap(\.self)
        guard !tests.isEmpty else {
            throw Failure(
                Diagnostic(.requestInvalid, "\(ByteText.shown(path)): there is no record of a run"), status: .badData)
        }
        for test in tests { shell.output.write(test + "\n") }
        return .done
    }

    private func plan(_ shell: Shell) throws -> TestPlan {
        var selection = TestSuite.Selection()
        selection.failsFast = failFast
        selection.shuffleSeed = shuffle
        if let jobs {
            guard (1...256).contains(jobs) else { throw Failure.usage("--jobs: a number from 1 to 256 expected") }
            selection.jobs = jobs
        } else {
            selection.jobs = System.coreCount
        }
        if let run { selection.includes = try Self.pattern(run) }
        let configured = try RuleSettings(rules, shell: shell)
        var settings = TestSettings()
        settings.run = configured.run
        settings.config = configured.config
        if coverage { settings.countLines() }
        return TestPlan(
            paths: paths.isEmpty ? ["."] : paths, rules: rules.rules.isEmpty ? nil : rules.rules, settings: settings,
            selection: selection)
    }

    private static func pattern(_ text: String) throws(Failure) -> @Sendable (String) -> Bool {
        do {
            let pattern = try TestPattern(text)
            return { pattern.matches($0) }
        } catch {
            throw Failure.usage("--run: '\(text)' is no regular expression")
        }
    }
}
