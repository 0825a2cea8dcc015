// SPDX-License-Identifier: MIT

package import MoondialRules

/// What came of one test.
package struct TestResult: Sendable {
    package enum Status: Sendable, Hashable {
        case passed, failed
        case skipped(reason: String?)
        /// It failed, and was known to.
        case todo
    }

    package let test: TestCase
    package let status: Status
    /// Why it failed.
    package let failures: [TestFailure]
    /// What rules and test have printed and logged.
    package let output: [String]
    /// How long it took.
    package let duration: Duration
    /// What was exercised.
    package let coverage: TestCoverage
    /// The files that its rules and the test file have loaded, but for the test file itself.
    package let loadedFiles: FileStamps
}

/// One reason for a test to fail.
package struct TestFailure: Sendable {
    package let message: String
    /// `file:line`.
    package var place: String?
    package var differences: [TestDifference] = []
    /// The path on which it failed, of a test for all outcomes.
    package var path: ExploredPath?
    /// The run that is not as expected.
    package var trace: Trace?
    /// Hooks that failed in it.
    package var diagnostics: [Diagnostic] = []
}
