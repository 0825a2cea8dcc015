// SPDX-License-Identifier: MIT

import JSON
import LuaCheck
import LuaSyntax
package import MoondialPresentation
import TextFormats

/// Findings in one of the forms that people and machines read.
package struct FindingReport {
    package enum Format: String, Sendable, CaseIterable {
        /// Each finding with its line and carets.
        case pretty
        /// A line for each finding.
        case short
        /// One line of JSON.
        case json
        /// SARIF 2.1.0, which services that show findings read.
        case sarif
        /// Commands of GitHub Actions, which show findings beside the lines of a pull request.
        case github
    }

    private let findings: [CheckFinding]
    private let fileCount: Int
    private let pathCount: Int?
    private let version: String

    /// - Parameters:
    ///   - findings: The findings to report.
    ///   - fileCount: How many files were checked.
    ///   - pathCount: How many paths were explored; nil without an exploration.
    ///   - version: The version of moondial.
    package init(_ findings: [CheckFinding], fileCount: Int, pathCount: Int? = nil, version: String) {
        self.findings = findings
        self.fileCount = fileCount
        self.pathCount = pathCount
        self.version = version
    }

    /// Lines that end with newlines.
    package func text(_ format: Format, style: TextStyle = .plain) -> String {
        switch format {
        case .pretty: (findings.map { FindingText($0, style: style).text + "\n" } + [summary]).joined()
        case .short: findings.map { shortLine($0) }.joined() + summary
        case .json: json.description + "\n"
        case .sarif: sarif.description + "\n"
        case .github: findings.map { githubLine($0) }.joined()
        }
    }

    private func shortLine(_ finding: CheckFinding) -> String {
        String(escaping: "\(finding.place): \(finding.severity.rawValue): \(finding.message)".utf8)
            + " [\(finding.code)]\n"
    }

    /// "2 files checked, 3888 paths explored: 1 error, 2 warnings."
    private var summary: String {
        let counts = Severity.allCases.compactMap { severity -> String? in
            let count = count(severity)
            return count == 0 ? nil : count.counting(severity.rawValue)
        }
        let found = counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")
        let paths = pathCount.map { ", \($0.counting("path")) explored" } ?? ""
        return "\(fileCount.counting("file")) checked\(paths): \(found).\n"
    }

    private func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }

    // MARK: - JSON

    private var json: JSONValue {
        var object: JSONObject = [
            "files": .integer(Int64(fileCount)), "errors": .integer(Int64(count(.error))),
            "warnings": .integer(Int64(count(.warning))), "notes": .integer(Int64(count(.note))),
            "findings": .array(findings.map(Self.json)),
        ]
        object["paths"] = pathCount.map { .integer(Int64($0)) }
        return .object(object)
    }

    private static func json(_ finding: CheckFinding) -> JSONValue {
        var object: JSONObject = [
            "code": .string(finding.code), "severity": .string(finding.severity.rawValue),
            "message": .string(finding.message), "file": .string(finding.file),
            "line": .integer(Int64(finding.start.line)), "column": .integer(Int64(finding.start.column)),
            "end_line": .integer(Int64(finding.end.line)), "end_column": .integer(Int64(finding.end.column)),
        ]
        object["hint"] = finding.hint.map(JSONValue.string)
        object["test"] = finding.example.map(JSONValue.string)
        return .object(object)
    }

    // MARK: - SARIF

    /// https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
    private var sarif: JSONValue {
        var used: [CheckFinding] = []
        for finding in findings where !used.contains(where: { $0.code == finding.code }) { used.append(finding) }
        used.sort { $0.code < $1.code }
        let driver: JSONObject = [
            "name": "moondial", "version": .string(version), "rules": .array(used.map(Self.sarifRule)),
        ]
        let run: JSONObject = [
            "tool": .object(["driver": .object(driver)]), "columnKind": "unicodeCodePoints",
            "results": .array(findings.map(Self.sarifResult)),
        ]
        return .object([
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": .array([.object(run)]),
        ])
    }

    /// The rule of SARIF for the code of a finding.
    private static func sarifRule(_ finding: CheckFinding) -> JSONValue {
        .object([
            "id": .string(finding.code), "shortDescription": .object(["text": .string(finding.meaning)]),
            "help": .object(["text": .string(finding.advice)]),
        ])
    }

    private static func sarifResult(_ finding: CheckFinding) -> JSONValue {
        let region: JSONObject = [
            "startLine": .integer(Int64(finding.start.line)),
            "startColumn": .integer(codePointColumn(finding.start, of: finding)),
            "endLine": .integer(Int64(finding.end.line)),
            "endColumn": .integer(codePointColumn(finding.end, of: finding)),
        ]
        let location: JSONObject = [
            "artifactLocation": .object(["uri": .string(uri(finding.file))]), "region": .object(region),
        ]
        return .object([
            "ruleId": .string(finding.code), "level": .string(finding.severity.rawValue),
            "message": .object(["text": .string(finding.message)]),
            "locations": .array([.object(["physicalLocation": .object(location)])]),
        ])
    }

    /// The column in code points. Our columns count characters, which may have several. Only the first line's text is
    /// known.
    private static func codePointColumn(_ position: SourcePosition, of finding: CheckFinding) -> Int64 {
        guard position.line == finding.start.line else { return Int64(position.column) }
        return Int64(finding.sourceLine.prefix(position.column - 1).unicodeScalars.count + 1)
    }

    /// A path as a URI reference.
    private static func uri(_ path: String) -> String {
        let plain = Set("-._~/".utf8)
        let bytes = path.utf8.flatMap { byte -> [UInt8] in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = plain.contains(byte) || character.isASCII && (character.isLetter || character.isNumber)
            return isPlain ? [byte] : [UInt8(ascii: "%")] + Hexadecimal.uppercase(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - GitHub Actions

    /// Everything is escaped first, so that it is printable.
    private func githubLine(_ finding: CheckFinding) -> String {
        let properties = [
            ("file", finding.file), ("line", String(finding.start.line)), ("col", String(finding.start.column)),
            ("endLine", String(finding.end.line)), ("endColumn", String(finding.end.column)),
            ("title", finding.code),
        ]
        return GitHubCommand.line(
            finding.severity == .note ? "notice" : finding.severity.rawValue,
            properties.map { ($0, String(escaping: $1.utf8)) }, String(escaping: finding.message.utf8))
    }
}
