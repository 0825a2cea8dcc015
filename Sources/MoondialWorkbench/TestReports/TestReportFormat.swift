// SPDX-License-Identifier: MIT

import JSON
package import MoondialPresentation
import MoondialRules
import TextFormats

/// The format of test results.
package enum TestReportFormat: String, Sendable, CaseIterable {
    /// For people.
    case pretty
    /// The Test Anything Protocol, version 14.
    case tap
    /// XML as JUnit writes it, which CI servers read.
    case junit
    /// One object.
    case json
    /// Commands that GitHub shows beside the lines of a pull request.
    case github
}

/// Writes results in one of the formats: first ``begin(count:)``, then ``add(_:)`` for each result, then ``end(_:)``.
package struct TestReporter: Sendable {
    private let format: TestReportFormat
    private let style: TextStyle
    private let waterfall: Waterfall
    private let showsAll: Bool

    /// - Parameters:
    ///   - format: The format of the output.
    ///   - style: The style of the pretty format.
    ///   - waterfall: Draws the runs of failed tests.
    ///   - showsAll: Whether tests that have passed are named, too. The default is true.
    package init(_ format: TestReportFormat, style: TextStyle, waterfall: Waterfall, showsAll: Bool = true) {
        self.format = format
        self.style = style
        self.waterfall = waterfall
        self.showsAll = showsAll
    }

    package func begin(count: Int) -> String {
        format == .tap ? "TAP version 14\n1..\(count)\n" : ""
    }

    /// The text for a test that has ended. Numbers count from 1.
    package func add(_ result: TestResult, number: Int) -> String {
        switch format {
        case .pretty: pretty(result)
        case .tap: tap(result, number)
        case .github: result.status == .failed ? result.failures.map { github($0, result) }.joined() : ""
        case .junit, .json: ""
        }
    }

    package func end(_ results: [TestResult]) -> String {
        let summary = TestSummary(results)
        switch format {
        case .pretty:
            let colour: Style.Colour = summary.failed > 0 ? .red : .green
            return "\n" + style.colour(summary.text, colour) + "\n"
        case .tap: return "# \(summary.text)\n"
        case .github: return "\(summary.text)\n"
        case .json: return json(results, summary).description + "\n"
        case .junit: return JUnitReport(results).text
        }
    }

    // MARK: - For people

    private func pretty(_ result: TestResult) -> String {
        let name = String(escaping: result.test.name.utf8)
        switch result.status {
        case .passed: return showsAll ? "\(style.colour("ok", .green))    \(name)\n" : ""
        case .skipped(let reason): return "\(style.colour("skip", .yellow))  \(name)\(reason.map { ": \($0)" } ?? "")\n"
        case .todo: return "\(style.colour("todo", .yellow))  \(name)\n"
        case .failed:
            var text = "\(style.colour("FAIL", .red))  \(style.bold(name))\n"
            for failure in result.failures { text += pretty(failure) }
            if !result.output.isEmpty {
                text += "      output:\n" + result.output.map { "        \(String(escaping: $0.utf8))\n" }.joined()
            }
            return text
        }
    }

    private func pretty(_ failure: TestFailure) -> String {
        var text = "      \(failure.place.map { "\($0): " } ?? "")\(String(escaping: failure.message.utf8))\n"
        if let path = failure.path {
            text += "      with \(TestNotation.members(path).joined(separator: ", "))\n"
        }
        for difference in failure.differences {
            text += "      \(style.colour("- \(difference.name) = \(difference.expected)", .red))\n"
            text += "      \(style.colour("+ \(difference.name) = \(difference.got)", .green))\n"
        }
        for diagnostic in failure.diagnostics { text += indented(DiagnosticText(diagnostic, style: style).text) }
        if let trace = failure.trace { text += indented(waterfall.draw(trace)) }
        return text
    }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
            .map { $0.isEmpty ? "\n" : "      \($0)\n" }.joined()
    }

    // MARK: - For machines

    private func tap(_ result: TestResult, _ number: Int) -> String {
        let name = String(escaping: result.test.name.utf8).replacing("#", with: "\\#")
        switch result.status {
        case .passed: return "ok \(number) - \(name)\n"
        case .skipped(let reason): return "ok \(number) - \(name) # SKIP \(reason ?? "")\n"
        case .todo: return "not ok \(number) - \(name) # TODO\n"
        case .failed:
            var text = "not ok \(number) - \(name)\n  ---\n"
            text += "  message: \(JSONValue.string(result.message).description)\n"
            text += "  at: \(JSONValue.string(result.failures.first?.place ?? result.test.place).description)\n"
            return text + "  ...\n"
        }
    }

    private func github(_ failure: TestFailure, _ result: TestResult) -> String {
        let (file, line) = (failure.place ?? result.test.place).fileAndLine
        return GitHubCommand.line(
            "error", [("file", file), ("line", line), ("title", result.test.name)], failure.text)
    }

    private func json(_ results: [TestResult], _ summary: TestSummary) -> JSONValue {
        .object([
            "passed": .integer(Int64(summary.passed)),
            "failed": .integer(Int64(summary.failed)),
            "skipped": .integer(Int64(summary.skipped)),
            "todo": .integer(Int64(summary.todo)),
            "tests": .array(results.map(\.json)),
        ])
    }
}

extension TestResult {
    /// All failures in one text.
    var message: String { failures.map(\.text).joined(separator: "\n") }

    var statusName: String {
        switch status {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        case .todo: "todo"
        }
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "name": .string(test.name),
            "file": .string(test.file.name),
            "place": .string(test.place),
            "status": .string(statusName),
            "elapsed_ms": .double(Double(duration.wholeMicroseconds) / 1000),
        ]
        if case .skipped(let reason?) = status { object["reason"] = .string(reason) }
        if !failures.isEmpty { object["failures"] = .array(failures.map(\.json)) }
        if !output.isEmpty { object["output"] = .array(output.map(JSONValue.string)) }
        return .object(object)
    }
}

extension TestFailure {
    /// The message, with the expected and the actual values.
    var text: String {
        var lines = [message]
        if let path { lines.append("with \(TestNotation.members(path).joined(separator: ", "))") }
        for difference in differences {
            lines.append("\(difference.name): expected \(difference.expected), got \(difference.got)")
        }
        lines += diagnostics.map(\.description)
        return lines.joined(separator: "\n")
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["message": .string(message), "place": JSONValue(place)]
        if let path {
            object["replies"] = .array(path.steps.map { .string($0.outcome.description) })
            if !path.store.isEmpty { object["store"] = .array(path.store.map { .string($0.words) }) }
        }
        object["differences"] = .array(
            differences.map {
                .object(["name": .string($0.name), "expected": .string($0.expected), "got": .string($0.got)])
            })
        return .object(object)
    }
}

extension String {
    /// The two parts of `file:line`.
    var fileAndLine: (file: String, line: String) {
        let parts = split(separator: ":")
        return (parts.dropLast().joined(separator: ":"), parts.last.map(String.init) ?? "1")
    }
}
