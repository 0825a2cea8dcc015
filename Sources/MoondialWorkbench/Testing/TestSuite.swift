// SPDX-License-Identifier: MIT

import Dispatch
package import MoondialRules
import NIOConcurrencyHelpers
import TextFormats

/// The tests of some files, with their selection and order.
package struct TestSuite: Sendable {
    /// Which tests are run, and how.
    package struct Selection: Sendable {
        /// Whether a test of that name is run; nil for all.
        package var includes: (@Sendable (String) -> Bool)?
        /// Stops after the first failure.
        package var failsFast = false
        /// Shuffles the tests with this seed; nil for the order of the files.
        package var shuffleSeed: UInt64?
        /// How many tests run at the same time.
        package var jobs = 1

        package init() {}
    }

    /// The tests in the order in which they are run.
    package let tests: [TestCase]
    /// The files that were loaded, without the test files themselves.
    package private(set) var loadedFiles = FileStamps()
    private let settings: TestSettings
    private let selection: Selection
    /// Whether a test is marked `only`, so that all others are skipped.
    package let hasOnly: Bool

    /// Loads the files.
    ///
    /// - Throws: The diagnostic of the first file that does not load.
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

    /// Runs the tests and returns when the last one has ended. `report` is called with each result, in the order of the
    /// tests, on the calling thread.
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
        /// The index of the next test to run.
        var next = 0
        /// The index after the last test to run.
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
/// `@unchecked Sendable`: the expression is never changed.
package struct TestPattern: @unchecked Sendable {
    private let expression: Regex<AnyRegexOutput>

    /// - Throws: When the text is no regular expression.
    package init(_ text: String) throws { expression = try Regex(text) }

    package func matches(_ name: String) -> Bool { name.firstMatch(of: expression) != nil }
}
