// SPDX-License-Identifier: MIT

import MoondialPresentation
package import MoondialRules
import NumberVerification
import TextFormats

/// Why a run has its decision: which rule decided and why, and what the other hooks answered.
package struct DecisionExplanation: Sendable {
    private let trace: Trace

    /// The run must have ended.
    package init(_ trace: Trace) { self.trace = trace }

    /// The decision with its reason, then a line for each hook.
    package var text: String {
        var head = "no decision"
        if case .decided(let decision, let why)? = trace.events.last(where: \.isDecision)?.kind {
            let reason = decision.reason.map { " \(trace.redactor.text($0))" } ?? ""
            head = "\(decision.outcome.rawValue)\(reason): \(why.description(naming: trace.redactor.rule))"
        }
        return String(escaping: head.utf8) + "\n" + TextTable(rows, indent: 2).text
    }

    private var rows: [[String]] {
        var rows: [[String]] = []
        for hook in Hook.allCases {
            for (index, rule) in trace.run.outline.rules.enumerated() {
                guard let site = rule.hooks[hook] else { continue }
                let place = HookPlace(hook: hook, rule: index)
                let name = String(escaping: trace.redactor.rule(rule.name).utf8)
                rows.append([hook.rawValue, name, words(of: place, rule), "\(site.file):\(site.line)"])
            }
        }
        return rows
    }

    /// What a hook answered, that it answered nothing, or that it was not called.
    private func words(of place: HookPlace, _ rule: RuleOutline) -> String {
        if place.hook == .mapResult, let table = rule.mapTable { return words(of: table, at: place) }
        var words: [String] = []
        for event in trace.events where event.place == place {
            switch event.kind {
            case .hookAnswered(let answer, _): words.append(Self.text(answer, trace.redactor))
            case .logged: words.append("logged")
            case .refused(let reason, _, _): words.append("refused: \(reason.explanation)")
            default: break
            }
        }
        return words.isEmpty ? "not asked" : words.joined(separator: ", ")
    }

    private func words(of table: ResultMap, at place: HookPlace) -> String {
        guard let decided = trace.events.lastIndex(where: { $0.isDecision && $0.place?.hook != .onDecision }) else {
            return "not asked"
        }
        if trace.events[decided].place == place, case .decided(_, .mapEntry(let key, _)) = trace.events[decided].kind {
            return "entry '\(key)'"
        }
        guard let decider = trace.events[decided].place else { return "no entry" }
        // Tables are searched in the order of the rules, until one has an entry.
        return decider.hook == .mapResult && decider.rule < place.rule || decider.hook == .preCheck
            ? "not asked" : "no entry"
    }

    private static func text(_ answer: HookAnswer?, _ redactor: Redactor) -> String {
        switch answer {
        case nil: "given up"
        case .some(.none): "said nothing"
        case .decision(let choice)?: choice.outcome.rawValue + (choice.reason.map { " \(redactor.text($0))" } ?? "")
        case .route(let endpoint)?: endpoint.rawValue
        case .fallback(let endpoint, let isForced)?: endpoint.rawValue + (isForced ? ", even if delivered" : "")
        case .failed(let failure)?: "failed: \(redactor.text(failure.message))"
        }
    }
}

extension TraceEvent {
    fileprivate var isDecision: Bool {
        if case .decided = kind { true } else { false }
    }
}
