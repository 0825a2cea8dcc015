// SPDX-License-Identifier: MIT

import TextFormats

/// Results as XML in the form of JUnit: a suite for each file.
///
/// Source: junit-10.xsd of the xUnit plugin of Jenkins, which is stricter than other readers.
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
            let name = String(escapingMarkup: file)
            let counts = TestSummary(suite)
            text +=
                "  <testsuite name=\"\(name)\" file=\"\(name)\" \(Self.counts(counts)) "
                + "skipped=\"\(counts.skipped + counts.todo)\">\n"
            for result in suite { text += Self.element(result) }
            text += "  </testsuite>\n"
        }
        self.text = text + "</testsuites>\n"
    }

    private static func counts(_ summary: TestSummary) -> String {
        let count = summary.passed + summary.failed + summary.skipped + summary.todo
        return "tests=\"\(count)\" failures=\"\(summary.failed)\" errors=\"0\" time=\"\(seconds(summary.duration))\""
    }

    private static func element(_ result: TestResult) -> String {
        let file = String(escapingMarkup: result.test.file.name)
        var text =
            "    <testcase name=\"\(String(escapingMarkup: result.test.name))\" classname=\"\(file)\" "
            + "time=\"\(seconds(result.duration))\""
        switch result.status {
        case .passed: return text + "/>\n"
        case .skipped(let reason): text += ">\n      <skipped message=\"\(String(escapingMarkup: reason ?? ""))\"/>\n"
        case .todo: text += ">\n      <skipped message=\"to do\"/>\n"
        case .failed:
            let message = result.failures.first?.message ?? ""
            let place = result.failures.first?.place ?? result.test.place
            text +=
                ">\n      <failure message=\"\(String(escapingMarkup: message))\">"
                + String(escapingMarkup: "\(place): \(result.message)") + "</failure>\n"
        }
        if !result.output.isEmpty {
            text += "      <system-out>\(String(escapingMarkup: result.output.joined(separator: "\n")))</system-out>\n"
        }
        return text + "    </testcase>\n"
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = (duration.wholeMicroseconds + 999) / 1000
        let digits = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
