// SPDX-License-Identifier: MIT

package import MoondialRules

/// The result of one test.
package struct TestResult: Sendable {
    package enum Status: Sendable, Hashable {
        case passed, failed
        case skipped(reason: String?)
        /// The test failed, as expected.
        case todo
    }

    package let test: TestCase
    package let status: Status
    /// Why it failed.
    package let failures: [TestFailure]
    /// The lines that rules and test have printed and logged.
    package let output: [String]
    /// How long it took.
    package let duration: Duration
    /// The hooks, codes, answers and lines that the test has exercised.
    package let coverage: TestCoverage
    /// The files that its rules and the test file have loaded, without the test file itself.
    package let loadedFiles: FileStamps
}

/// One reason for a test to fail.
package struct TestFailure: Sendable {
    package let message: String
    /// `file:line`.
    package var place: String?
    package var differences: [TestDifference] = []
    /// The path on which a test for all outcomes failed.
    package var path: ExploredPath?
    /// The trace of the run that is not as expected.
    package var trace: Trace?
    /// The errors of hooks that failed in that run.
    package var diagnostics: [Diagnostic] = []
}
