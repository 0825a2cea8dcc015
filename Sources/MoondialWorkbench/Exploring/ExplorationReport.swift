// SPDX-License-Identifier: MIT

package import JSON
package import MoondialPresentation
import MoondialRules
import NumberVerification
import TextFormats

/// The atlas and the findings of a rulebook, as they are shown.
package struct ExplorationReport: Sendable {
    package let exploration: Exploration
    package let atlas: Atlas
    package let findings: RulebookFindings
    /// The price of one charged attempt; nil when it was not given.
    let price: Double?

    package init(_ exploration: Exploration, price: Double? = nil) {
        self.exploration = exploration
        self.price = price
        atlas = Atlas(exploration)
        findings = RulebookFindings(exploration)
    }

    /// Whether there is a finding of that severity, or a worse one.
    package func hasFinding(ofAtLeast severity: RulebookFinding.Severity) -> Bool {
        findings.all.contains { $0.severity <= severity }
    }

    /// `6 paths of 2 requests, 3 endings, 1 error, 2 warnings`.
    package var summary: String {
        let counts = RulebookFinding.Severity.allCases.map { ($0, findings.count(of: $0)) }.filter { $0.1 > 0 }
        let found =
            counts.isEmpty
            ? "no findings" : counts.map { $0.1.counting($0.0.rawValue) }.joined(separator: ", ")
        return
            "\(exploration.paths.count.counting("path")) of \(exploration.requests.count.counting("request")), "
            + "\(atlas.groups.count.counting("ending")), \(found)"
    }

    private func cost(of money: Charge) -> String? { price.map { Self.cost(of: money, price: $0) } }

    /// What a run costs: `0.05`, `0 to 0.05`.
    static func cost(of money: Charge, price: Double) -> String {
        let low = price * Double(money.certain)
        let high = price * Double(money.certain + money.possible)
        return low == high ? Self.amount(low) : "\(Self.amount(low)) to \(Self.amount(high))"
    }

    private static func amount(_ value: Double) -> String {
        let ticks = Int((value * 10000).rounded())
        var digits = String(ticks % 10000)
        digits = String(repeating: "0", count: 4 - digits.count) + digits
        while digits.count > 2, digits.last == "0" { digits.removeLast() }
        return "\(ticks / 10000).\(digits)"
    }
}

// MARK: - For people

extension ExplorationReport {
    /// Lines of the atlas, then the findings with their examples.
    package func text(style: TextStyle) -> String {
        var text = atlasText(style: style)
        for finding in findings.all { text += "\n" + Self.text(finding, exploration, style: style) }
        text += "\n" + style.bold(summary) + "\n"
        return text
    }

    /// Each group of paths with its ending. `including` chooses groups; the default is all.
    package func atlasText(style: TextStyle, including isIncluded: (Atlas.Group) -> Bool = { _ in true }) -> String {
        atlas.groups.filter(isIncluded).map { group in
            let ending = style.colour(String(escaping: group.ending.text.utf8), group.ending.outcome.colour)
            let cost = cost(of: group.ending.money).map { ", \($0)" } ?? ""
            let patterns = group.patterns.map(\.text)
            let arrow = "→ \(ending)\(cost)\n"
            return patterns.count == 1
                ? "\(patterns[0]) \(arrow)" : patterns.map { $0 + "\n" }.joined() + "  \(arrow)"
        }.joined()
    }

    static func text(_ finding: RulebookFinding, _ exploration: Exploration, style: TextStyle) -> String {
        let head = style.colour("\(finding.severity.rawValue)[\(finding.code.rawValue)]", finding.severity.colour)
        var text = "\(head): \(String(escaping: finding.message.utf8))\n"
        if let place = finding.place { text += "  --> \(place)\n" }
        text += "  = fix: \(finding.code.advice)\n"
        if let path = finding.example { text += example(path, exploration, name: finding.message) }
        return text
    }

    /// A test that takes the path.
    static func example(_ path: ExploredPath, _ exploration: Exploration, name: String) -> String {
        TestNotation.test(
            name, request: exploration.requests[path.request].request, path: path,
            result: exploration.result(of: path), indent: "  ")
    }
}

extension Decision.Outcome {
    package var colour: Style.Colour {
        switch self {
        case .allow: .green
        case .deny: .red
        case .review: .yellow
        }
    }
}

extension RulebookFinding.Severity {
    package var colour: Style.Colour {
        switch self {
        case .error: .red
        case .warning: .yellow
        case .note: .cyan
        }
    }
}

// MARK: - For a pull request

extension ExplorationReport {
    /// Tables in Markdown.
    package var markdown: String {
        var text = "| outcomes | decision | rule | attempts | billed |\(price == nil ? "" : " cost |")\n"
        text += "| --- | --- | --- | --- | --- |\(price == nil ? "" : " --- |")\n"
        for group in atlas.groups {
            let ending = group.ending
            let patterns = group.patterns.map { Self.cell($0.text) }.joined(separator: "<br>")
            let decision = ending.outcome.rawValue + (ending.reason.map { " `\(Self.cell($0))`" } ?? "")
            let cost = cost(of: ending.money).map { " \($0) |" } ?? ""
            text +=
                "| \(patterns) | \(decision) | \(Self.cell(ending.source)) | \(ending.attempts) "
                + "| \(ending.money.text) |\(cost)\n"
        }
        if !findings.all.isEmpty {
            text += "\n| finding | message | place |\n| --- | --- | --- |\n"
            for finding in findings.all {
                text +=
                    "| \(finding.severity.rawValue) `\(finding.code.rawValue)` | \(Self.cell(finding.message)) "
                    + "| \(Self.cell(finding.place ?? "")) |\n"
            }
        }
        return text + "\n\(summary)\n"
    }

    /// The text, escaped for a cell of a table.
    static func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
}

// MARK: - For machines

extension ExplorationReport {
    /// One object: `revision`, `paths`, `groups`, `findings`, `left_out_requests`.
    package var json: JSONValue {
        .object([
            "revision": .string(exploration.outline.revision),
            "requests": .integer(Int64(exploration.requests.count)),
            "paths": .integer(Int64(exploration.paths.count)),
            "left_out_requests": .integer(Int64(exploration.unfinishedRequests)),
            "groups": .array(atlas.groups.map(json)),
            "findings": .array(findings.all.map { Self.json($0, exploration) }),
        ])
    }

    private func json(_ group: Atlas.Group) -> JSONValue {
        let ending = group.ending
        var object: JSONObject = [
            "decision": .string(ending.outcome.rawValue),
            "reason": JSONValue(ending.reason),
            "rule": .string(ending.rule),
            "attempts": .integer(Int64(ending.attempts)),
            "billed": .integer(Int64(ending.money.certain)),
            "perhaps_billed": .integer(Int64(ending.money.possible)),
            "paths": .integer(Int64(group.paths)),
            "when": .array(group.patterns.map(\.json)),
        ]
        if let price {
            object["cost"] = .double(price * Double(ending.money.certain))
            object["cost_at_most"] = .double(price * Double(ending.money.certain + ending.money.possible))
        }
        return .object(object)
    }

    static func json(_ finding: RulebookFinding, _ exploration: Exploration) -> JSONValue {
        var object: JSONObject = [
            "code": .string(finding.code.rawValue),
            "severity": .string(finding.severity.rawValue),
            "message": .string(finding.message),
            "place": JSONValue(finding.place),
            "advice": .string(finding.code.advice),
        ]
        if let path = finding.example {
            object["replies"] = .array(path.steps.map { .string($0.outcome.description) })
            if !path.store.isEmpty { object["store"] = .array(path.store.map { .string($0.words) }) }
            object["test"] = .string(example(path, exploration, name: finding.message))
        }
        return .object(object)
    }
}

extension PathPattern {
    /// `{"outcomes": [[…]], "routes": [[…]], "where": {feature: [values]}}`: a set of outcomes for each attempt, the
    /// possible sequences of endpoints, and the conditions on requests and on answers of the store.
    package var json: JSONValue {
        var conditions = JSONObject()
        for (feature, values) in condition.values.sorted(by: { $0.key < $1.key }) {
            conditions[feature.name] = .array(values.sorted { ($0 ?? "") < ($1 ?? "") }.map { JSONValue($0) })
        }
        return .object([
            "outcomes": .array(outcomes.map { .array($0.sorted.map { .string($0.description) }) }),
            "routes": .array(routes.map { .array($0.map { .string($0.endpoint.rawValue) }) }),
            "where": .object(conditions),
        ])
    }
}
