// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NumberVerification

/// What a run came to, for people: a line per fact, the fact's name first.
struct DecisionText {
    private static let nameWidth = 10

    private let result: JSON.Object
    private let why: TraceEvent?
    private let target: Target
    private let style: TextStyle

    /// The default style is plain.
    init(_ run: FinishedRun, target: Target, style: TextStyle = .plain) {
        // Everything is taken from the forms that have been redacted.
        result = run.result.json(target: target.name).objectValue ?? JSON.Object()
        why = run.trace.events.last { $0.kind == .decision }
        self.target = target
        self.style = style
    }

    /// Lines that end with newlines.
    var text: String {
        var facts: [(name: String, value: String?)] = [
            ("decision", decision), ("reason", text("reason")), ("fields", result["fields"]?.description),
            ("rule", rule), ("why", why?.detail["why"]?.stringValue), ("verdict", text("verdict")),
        ]
        facts += code
        facts += [
            ("error", error), ("endpoint", text("endpoint")), ("id", result["id"]?.integerValue.map(String.init)),
            ("exID", text("exID")), ("attempts", attempts), ("target", target.title),
        ]
        return facts.compactMap { name, value in
            value.map { name + String(repeating: " ", count: Self.nameWidth - name.count) + $0 + "\n" }
        }.joined()
    }

    private var decision: String? {
        guard let text = text("decision") else { return nil }
        let colour: TextStyle.Colour =
            switch Decision.Outcome(rawValue: text) {
            case .allow: .green
            case .deny: .red
            case .review, nil: .yellow
            }
        return style.bold(style.colour(text, colour))
    }

    private var rule: String? {
        guard let rule = text("rule") else { return nil }
        return why?.site.map { "\(rule) (\($0.file):\($0.line))" } ?? rule
    }

    /// The code with its meaning, and without a verdict what to do about it.
    private var code: [(name: String, value: String?)] {
        guard let code = result["code"]?.integerValue else { return [] }
        guard let entry = ResponseCode(code).entry else {
            let content = text("content").map { " \($0)" } ?? ""
            return [("code", "\(code)\(content): a code in no table we know")]
        }
        let isUnknown = text("verdict") == Verdict.unknown.rawValue
        return [("code", "\(code) \(entry.content): \(entry.meaning)"), ("advice", isUnknown ? entry.advice : nil)]
    }

    /// The trouble of the last attempt.
    private var error: String? {
        guard let error = attemptObjects.last(where: { $0["raw"] == nil })?["error"]?.objectValue else { return nil }
        return "\(error["kind"]?.stringValue ?? ""): \(error["message"]?.stringValue ?? "")"
    }

    private var attempts: String {
        let all = attemptObjects
        guard !all.isEmpty else { return "none" }
        let billed = all.count { $0["billed"] == true }
        let perhapsBilled = all.count { $0["billed"]?.stringValue != nil }
        let notes = [
            billed > 0 ? "\(billed) billed" : nil, perhapsBilled > 0 ? "\(perhapsBilled) perhaps billed" : nil,
        ]
        let note = notes.compactMap(\.self).joined(separator: ", ")
        return note.isEmpty ? "\(all.count)" : "\(all.count) (\(note))"
    }

    private var attemptObjects: [JSON.Object] {
        (result["attempts"]?.arrayValue ?? []).compactMap(\.objectValue)
    }

    private func text(_ key: String) -> String? {
        result[key]?.stringValue.map { String(escaping: $0.utf8) }
    }
}
