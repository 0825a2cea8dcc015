// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import NumberVerification
import TextFormats

/// The result of a run, for people: a line per fact, the fact's name first. Redacted like the run's trace.
package struct DecisionText {
    private let run: FinishedRun
    private let redactor: Redactor
    private let target: String
    private let style: TextStyle

    /// - Parameters:
    ///   - run: The run with its trace.
    ///   - target: Where requests went, in words for people.
    ///   - style: The default is plain.
    package init(_ run: FinishedRun, target: String, style: TextStyle = .plain) {
        self.run = run
        redactor = run.result.redactor
        self.target = target
        self.style = style
    }

    private var result: RunResult { run.result }

    /// Lines that end with newlines.
    package var text: String {
        var facts: [(name: String, value: String?)] = [
            ("decision", decision), ("reason", shown(result.decision.reason)), ("fields", fields), ("rule", rule),
            ("why", String(escaping: result.why.description(naming: redactor.rule).utf8)),
            ("verdict", result.verdict.rawValue),
        ]
        facts += code
        facts += [
            ("error", error), ("endpoint", result.endpoint?.rawValue), ("id", result.id.map { String($0) }),
            ("exID", shown(result.exID)), ("attempts", attempts), ("target", target),
        ]
        return TextTable(facts: facts).text
    }

    private var decision: String {
        let outcome = result.decision.outcome
        return style.bold(style.colour(outcome.rawValue, outcome.colour))
    }

    private var fields: String? {
        let fields = result.decision.fields
        return fields.isEmpty ? nil : String(escaping: JSONValue.object(redactor.object(fields)).bytes)
    }

    /// The rule that chose, with the place of its hook.
    private var rule: String? {
        let name = String(escaping: redactor.rule(result.decision.rule).utf8)
        guard let place = run.trace.decidingPlace, let site = run.trace.rule(at: place).hooks[place.hook] else {
            return name
        }
        return "\(name) (\(redactor.place(site)))"
    }

    /// The code with its meaning, and without a verdict what to do about it.
    private var code: [(name: String, value: String?)] {
        guard let code = result.code else { return [] }
        guard let entry = ResponseCode(code).entry else {
            let content = redactor.providerText(result.content).map { " \(String(escaping: $0.utf8))" } ?? ""
            return [("code", "\(code)\(content): a code in no table we know")]
        }
        let advice = result.verdict == .unknown ? entry.advice : nil
        return [("code", "\(code) \(entry.content): \(entry.meaning)"), ("advice", advice)]
    }

    /// The error of the last attempt of the run itself.
    private var error: String? {
        result.lastAttempt?.error.map { "\($0.kind.rawValue): \(shown($0.message) ?? "")" }
    }

    private var attempts: String {
        let all = result.attempts
        guard !all.isEmpty else { return "none" }
        let billed = all.count { $0.attempt.billed == .yes }
        let perhapsBilled = all.count { $0.attempt.billed == .maybe }
        let notes = [
            billed > 0 ? "\(billed) billed" : nil, perhapsBilled > 0 ? "\(perhapsBilled) perhaps billed" : nil,
        ]
        let note = notes.compactMap(\.self).joined(separator: ", ")
        return note.isEmpty ? "\(all.count)" : "\(all.count) (\(note))"
    }

    /// Redacted and printable.
    private func shown(_ text: String?) -> String? {
        text.map { String(escaping: redactor.text($0).utf8) }
    }
}

extension Decision.Outcome {
    /// The colour of an outcome, the same everywhere.
    var colour: Style.Colour {
        switch self {
        case .allow: .green
        case .deny: .red
        case .review: .yellow
        }
    }
}
