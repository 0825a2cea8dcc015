// SPDX-License-Identifier: MIT

import TextFormats

/// Results as XML in the form of JUnit: a suite for each file.
struct JUnitReport {
    let text: String

    init(_ results: [TestResult]) {
        let summary = TestSummary(results)
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites \(Self.counts(summary))>\n"
        var files: [String] = []
        for result in results where !files.contains(result.test.file.name) { files.append(result.test.file.name) }
        for file in files {
            let suite = results.filter { $0.test.file.name == file }
            text += "  <testsuite name=\"\(String(escapingMarkup: file))\" \(Self.counts(TestSummary(suite)))>\n"
            for result in suite { text += Self.element(result) }
            text += "  </testsuite>\n"
        }
        self.text = text + "</testsuites>\n"
    }

    private static func counts(_ summary: TestSummary) -> String {
        let count = summary.passed + summary.failed + summary.skipped + summary.todo
        return "tests=\"\(count)\" failures=\"\(summary.failed)\" skipped=\"\(summary.skipped + summary.todo)\" "
            + "time=\"\(seconds(summary.duration))\""
    }

    private static func element(_ result: TestResult) -> String {
        let line = result.test.place.fileAndLine.line
        let file = String(escapingMarkup: result.test.file.name)
        var text =
            "    <testcase name=\"\(String(escapingMarkup: result.test.name))\" classname=\"\(file)\" file=\"\(file)\" "
            + "line=\"\(String(escapingMarkup: line))\" time=\"\(seconds(result.duration))\""
        switch result.status {
        case .passed: return text + "/>\n"
        case .skipped(let reason): text += ">\n      <skipped message=\"\(String(escapingMarkup: reason ?? ""))\"/>\n"
        case .todo: text += ">\n      <skipped message=\"to do\"/>\n"
        case .failed:
            let message = result.failures.first?.message ?? ""
            text +=
                ">\n      <failure message=\"\(String(escapingMarkup: message))\">\(String(escapingMarkup: result.message))</failure>\n"
        }
        if !result.output.isEmpty {
            text += "      <system-out>\(String(escapingMarkup: result.output.joined(separator: "\n")))</system-out>\n"
        }
        return text + "    </testcase>\n"
    }

    private static func seconds(_ duration: Duration) -> String {
        let micros = duration.wholeMicroseconds
        let digits = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
