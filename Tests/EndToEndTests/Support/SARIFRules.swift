// SPDX-License-Identifier: MIT

import Foundation

/// What SARIF 2.1.0 asks of the objects that moondial writes: which properties there are, which of them there must be,
/// and what they may hold. No object has properties that the standard does not know.
///
/// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html, read on 2026-11-29
struct SARIFRules {
    /// The problems that were found, each with its path.
    private(set) var problems: [String] = []

    private typealias Check = (inout SARIFRules, Any, String) -> Void

    init(_ text: String) {
        guard let root = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else {
            problems = ["no JSON"]
            return
        }
        object(
            root, "", required: ["version", "runs"],
            ["$schema": Self.uri, "version": Self.oneOf(["2.1.0"]), "runs": Self.list { $0.run($1, $2) }])
    }

    private mutating func run(_ value: Any, _ path: String) {
        object(
            value, path, required: ["tool"],
            [
                "tool": { rules, value, path in
                    rules.object(value, path, required: ["driver"], ["driver": { $0.driver($1, $2) }])
                },
                "columnKind": Self.oneOf(["utf16CodeUnits", "unicodeCodePoints"]),
                "results": Self.list { $0.result($1, $2) },
            ])
        let run = value as? [String: Any] ?? [:]
        let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
        let rules = (driver?["rules"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        if Set(rules).count != rules.count { problems.append("\(path).tool.driver.rules: an id stands twice") }
        for (index, result) in (run["results"] as? [[String: Any]] ?? []).enumerated() {
            guard let id = result["ruleId"] as? String, rules.contains(id) else {
                problems.append("\(path).results[\(index)].ruleId: no such rule")
                continue
            }
        }
    }

    private mutating func driver(_ value: Any, _ path: String) {
        object(
            value, path, required: ["name"],
            [
                "name": Self.text, "version": Self.text,
                "rules": Self.list { rules, value, path in
                    rules.object(
                        value, path, required: ["id"],
                        ["id": Self.text, "shortDescription": Self.message, "help": Self.message])
                },
            ])
    }

    private mutating func result(_ value: Any, _ path: String) {
        object(
            value, path, required: ["message"],
            [
                "ruleId": Self.text, "level": Self.oneOf(["none", "note", "warning", "error"]),
                "message": Self.message,
                "locations": Self.list { rules, value, path in
                    rules.object(value, path, required: [], ["physicalLocation": { $0.physicalLocation($1, $2) }])
                },
            ])
    }

    private mutating func physicalLocation(_ value: Any, _ path: String) {
        object(
            value, path, required: ["artifactLocation"],
            [
                "artifactLocation": { rules, value, path in
                    rules.object(value, path, required: ["uri"], ["uri": Self.uri])
                },
                "region": { rules, value, path in
                    rules.object(
                        value, path, required: ["startLine"],
                        [
                            "startLine": Self.positive, "startColumn": Self.positive, "endLine": Self.positive,
                            "endColumn": Self.positive,
                        ])
                    let numbers = value as? [String: Int] ?? [:]
                    let start = (numbers["startLine"] ?? 0, numbers["startColumn"] ?? 0)
                    if (numbers["endLine"] ?? start.0, numbers["endColumn"] ?? start.1) < start {
                        rules.problems.append("\(path): ends before it starts")
                    }
                },
            ])
    }

    // MARK: - Values

    private mutating func object(_ value: Any, _ path: String, required: [String], _ properties: [String: Check]) {
        guard let object = value as? [String: Any] else {
            problems.append("\(path): no object")
            return
        }
        for name in required where object[name] == nil { problems.append("\(path).\(name): missing") }
        for (name, value) in object {
            guard let check = properties[name] else {
                problems.append("\(path).\(name): no such property")
                continue
            }
            check(&self, value, "\(path).\(name)")
        }
    }

    private static func list(_ check: @escaping Check) -> Check {
        { rules, value, path in
            guard let list = value as? [Any] else {
                rules.problems.append("\(path): no array")
                return
            }
            for (index, element) in list.enumerated() { check(&rules, element, "\(path)[\(index)]") }
        }
    }

    private static func verify(_ what: String, _ isRight: @escaping (Any) -> Bool) -> Check {
        { rules, value, path in if !isRight(value) { rules.problems.append("\(path): \(what) expected, got \(value)") }
        }
    }

    private static func oneOf(_ texts: [String]) -> Check {
        verify("one of \(texts)") { ($0 as? String).map(texts.contains) ?? false }
    }

    private static var text: Check { verify("a text") { !(($0 as? String) ?? "").isEmpty } }
    private static var positive: Check { verify("a number from 1") { ($0 as? Int ?? 0) >= 1 } }
    private static var message: Check {
        { rules, value, path in rules.object(value, path, required: ["text"], ["text": text]) }
    }
    private static var uri: Check {
        verify("a URI reference") {
            ($0 as? String).map { URL(string: $0, encodingInvalidCharacters: false) != nil } ?? false
        }
    }
}
