// SPDX-License-Identifier: MIT

import Dispatch
package import MoondialRules
import NIOConcurrencyHelpers
import TextFormats

/// The tests of some files, and which of them are run in which order.
package struct TestSuite: Sendable {
    /// Which tests are run, and how.
    package struct Selection: Sendable {
        /// Whether a test of that name is run; nil for all.
        package var includes: (@Sendable (String) -> Bool)?
        /// Stops after the first failure.
        package var failsFast = false
        /// Puts the tests in an order that hangs on this number; nil for that of the files.
        package var shuffleSeed: UInt64?
        /// How many tests run side by side.
        package var jobs = 1

        package init() {}
    }

    /// In the order in which they are run.
    package let tests: [TestCase]
    /// What the files have loaded, but for the test files themselves.
    package private(set) var loadedFiles = FileStamps()
    private let settings: TestSettings
    private let selection: Selection
    /// When one test is marked so, all others are left out.
    package let hasOnly: Bool

    /// Loads the files.
    ///
    /// - Throws: What is wrong with the first file that does not load.
    package init(_ files: [TestFile], _ settings: TestSettings, _ selection: Selection) throws(Diagnostic) {
        var tests: [TestCase] = []
        for file in files {
            let (cases, stamps) = try TestCase.list(of: file, settings)
            tests += cases
            loadedFiles.addMissing(from: stamps)
        }
        hasOnly = tests.contains { $0.mode == .only }
        if let includes = selection.includes { tests = tests.filter { includes($0.name) } }
        if let seed = selection.shuffleSeed {
            var generator = SplitMix(seed: seed)
            tests.shuffle(using: &generator)
        }
        self.tests = tests
        self.settings = settings
        self.selection = selection
    }

    /// Runs the tests and returns when the last one has ended. `report` gets each result, in the order of the tests, on the
    /// calling thread.
    package func run(report: (TestResult) -> Void) -> [TestResult] {
        let progress = NIOLockedValueBox(Progress(count: tests.count))
        let news = DispatchSemaphore(value: 0)
        for _ in 0..<max(1, min(selection.jobs, tests.count)) {
            DispatchQueue.global().async {
                while let index = progress.withLockedValue({ $0.takeNext() }) {
                    let result = result(of: tests[index])
                    progress.withLockedValue { progress in
                        progress.results[index] = result
                        if selection.failsFast, result.status == .failed { progress.end = progress.next }
                    }
                    news.signal()
                }
            }
        }
        var results: [TestResult] = []
        while results.count < progress.withLockedValue({ $0.end }) {
            guard let result = progress.withLockedValue({ $0.results[results.count] }) else {
                news.wait()
                continue
            }
            results.append(result)
            report(result)
        }
        return results
    }

    private struct Progress: Sendable {
        var results: [TestResult?]
        /// Which test is the next to be run.
        var next = 0
        /// Before which the last one is that is to be run.
        var end: Int

        init(count: Int) {
            results = Array(repeating: nil, count: count)
            end = count
        }

        mutating func takeNext() -> Int? {
            guard next < end else { return nil }
            defer { next += 1 }
            return next
        }
    }

    private func result(of test: TestCase) -> TestResult {
        switch test.mode {
        case .skip(let reason): return .skipped(test, reason: reason)
        case .run where hasOnly, .todo where hasOnly: return .skipped(test, reason: "another test is marked 'only'")
        default: return test.run(settings)
        }
    }
}

extension TestResult {
    fileprivate static func skipped(_ test: TestCase, reason: String?) -> TestResult {
        TestResult(
            test: test, status: .skipped(reason: reason), failures: [], output: [], duration: .zero,
            coverage: TestCoverage(), loadedFiles: FileStamps())
    }
}

/// A regular expression for names of tests.
///
/// `@unchecked Sendable`: the expression is not changed after it was made.
package struct TestPattern: @unchecked Sendable {
    private let expression: Regex<AnyRegexOutput>

    /// - Throws: When the text is no regular expression.
    package init(_ text: String) throws { expression = try Regex(text) }

    package func matches(_ name: String) -> Bool { name.firstMatch(of: expression) != nil }
}
