// SPDX-License-Identifier: MIT

/// How many tests passed, failed and so on.
package struct TestSummary: Sendable, Hashable {
    package private(set) var passed = 0
    package private(set) var failed = 0
    package private(set) var skipped = 0
    package private(set) var todo = 0
    package private(set) var duration = Duration.zero

    package init(_ results: [TestResult]) {
        for result in results {
            switch result.status {
            case .passed: passed += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            case .todo: todo += 1
            }
            duration += result.duration
        }
    }

    /// `12 passed, 1 failed, 2 skipped`.
    package var text: String {
        let counts = [(passed, "passed"), (failed, "failed"), (skipped, "skipped"), (todo, "to do")]
        let shown = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return shown.isEmpty ? "no tests" : shown.joined(separator: ", ")
    }
}
