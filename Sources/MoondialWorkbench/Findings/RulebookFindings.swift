// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

/// The findings about a rulebook, from an exploration of it.
package struct RulebookFindings: Sendable {
    /// The worst findings first, each with the shortest path that shows it.
    package let all: [RulebookFinding]

    /// Problems of the application's account that last until a person solves them.
    private static let accountTrouble: [ResponseCode] = [
        .dailyFrequencyLimit, .authFailed, .appKeyBlocked, .appKeyNoMoney, .notValidateUser,
    ]

    package init(_ exploration: Exploration) {
        var search = FindingSearch(exploration)
        search.lookAtPaths()
        search.lookAtHooks()
        all = search.findings.sorted { ($0.severity, $0.order) < ($1.severity, $1.order) }
    }

    package func count(of severity: RulebookFinding.Severity) -> Int { all.count { $0.severity == severity } }

    fileprivate static func isAccountTrouble(_ code: Int64) -> Bool { accountTrouble.contains(ResponseCode(code)) }
}

extension RulebookFinding {
    fileprivate var order: String { "\(Code.allCases.firstIndex(of: code) ?? 0) \(place ?? "") \(message)" }
}

private struct FindingSearch {
    let exploration: Exploration
    var findings: [RulebookFinding] = []
    /// The index of each finding, by its code and the subject that distinguishes it from others with that code.
    private var known: [Key: Int] = [:]

    /// Codes that no rule maps, and account problems that no rule logs.
    private var unmapped = Codes()
    private var silent = Codes()

    /// Codes with one thing in common, and the shortest path to one of them.
    private struct Codes {
        private var codes: Set<Int64> = []
        private(set) var example: ExploredPath?

        mutating func note(_ code: Int64, _ path: ExploredPath) {
            codes.insert(code)
            if example.map({ path.length < $0.length }) ?? true { example = path }
        }

        var text: String {
            codes.sorted().map { $0 == Outcome.unknownCode ? "unknown codes" : String($0) }.joined(separator: ", ")
        }
    }

    private struct Key: Hashable {
        let code: RulebookFinding.Code
        let subject: String
    }

    init(_ exploration: Exploration) { self.exploration = exploration }

    /// Adds a finding, or gives it a shorter example.
    private mutating func add(
        _ code: RulebookFinding.Code, _ subject: String, _ message: String, at place: HookPlace? = nil,
        path: ExploredPath? = nil
    ) {
        let key = Key(code: code, subject: subject)
        guard let index = known[key] else {
            known[key] = findings.count
            findings.append(RulebookFinding(code: code, message: message, place: place.map(location), example: path))
            return
        }
        if let path, let example = findings[index].example, path.length < example.length {
            findings[index] = RulebookFinding(code: code, message: message, place: place.map(location), example: path)
        }
    }

    private func location(of place: HookPlace) -> String {
        let rule = exploration.rule(at: place)
        let site = rule.hooks[place.hook]
        return "\(site?.file ?? rule.file):\(site?.line ?? rule.line)"
    }

    /// The hook that has decided; nil if no hook did.
    private func decidingHook(_ why: DecisionReason) -> HookPlace? {
        let (hook, rule): (Hook, String)
        switch why {
        case .hook(let deciding, let name), .failure(_, let deciding, let name): (hook, rule) = (deciding, name)
        case .mapEntry(_, let name): (hook, rule) = (.mapResult, name)
        case .defaultMapping, .noAttempt, .cancelled: return nil
        }
        let index = exploration.outline.rules.firstIndex { $0.name == rule && $0.hooks[hook] != nil }
        return index.map { HookPlace(hook: hook, rule: $0) }
    }

    private func name(of place: HookPlace) -> String {
        "\(place.hook.rawValue) of rule '\(exploration.rule(at: place).name)'"
    }
}

// MARK: - Paths

extension FindingSearch {
    mutating func lookAtPaths() {
        // Paths with the same result differ only in the outcomes of their attempts.
        var shortest: [ExploredPath?] = Array(repeating: nil, count: exploration.results.count)
        for path in exploration.paths {
            if shortest[path.result].map({ path.length < $0.length }) ?? true { shortest[path.result] = path }
            lookAtCodes(exploration.result(of: path), path)
        }
        var reasons: [String: [Decision.Outcome: ExploredPath]] = [:]
        for path in shortest.lazy.compactMap({ $0 }) {
            let result = exploration.result(of: path)
            lookAtDecision(result, path)
            lookAtAttempts(result, path)
            if let reason = result.decision.reason, reasons[reason]?[result.decision.outcome] == nil {
                reasons[reason, default: [:]][result.decision.outcome] = path
            }
        }
        if let path = unmapped.example {
            add(.unmappedCode, "", "no rule says anything about \(unmapped.text)", path: path)
        }
        if let path = silent.example { add(.silentTrouble, "", "nobody is told about \(silent.text)", path: path) }
        for (reason, paths) in reasons where paths.count > 1 {
            let names = paths.keys.map(\.rawValue).sorted().joined(separator: " and ")
            let example = paths.values.min { $0.length < $1.length }
            add(.reasonOfTwoDecisions, reason, "the reason '\(reason)' stands for \(names)", path: example)
        }
        for unsteady in exploration.unsteady {
            let first = exploration.result(of: unsteady.path)
            add(
                .unrecordedInput, "\(first.rule) \(unsteady.second.rule)",
                "the same path has two results: \(Atlas.Ending(first).text); \(Atlas.Ending(unsteady.second).text)",
                path: unsteady.path)
        }
    }

    private mutating func lookAtDecision(_ result: PathResult, _ path: ExploredPath) {
        let rule = result.rule
        let place = decidingHook(result.why)
        switch (result.decision.outcome, result.verdict) {
        case (.allow, .mismatch):
            add(.mismatchAllowed, rule, "a mismatch is allowed \(Atlas.Ending(result).source)", at: place, path: path)
        case (.allow, .unknown):
            add(.allowWithoutMatch, rule, "allow without a match \(Atlas.Ending(result).source)", at: place, path: path)
        case (.review, .match), (.deny, .match):
            let decision = result.decision.outcome.rawValue
            add(
                .matchNotAllowed, rule + decision, "a match leads to \(decision) \(Atlas.Ending(result).source)",
                at: place, path: path)
        default: break
        }
        // A hook that needs a store which cannot be reached fails closed, as it should.
        for failure in result.failures where failure.failure.kind != .store {
            add(
                .hookFails, "\(failure.place) \(failure.failure.message)",
                "\(name(of: failure.place)) fails: \(failure.failure.message)", at: failure.place, path: path)
        }
    }

    /// Finds codes that no rule maps, and codes of account problems that no rule logs.
    private mutating func lookAtCodes(_ result: PathResult, _ path: ExploredPath) {
        if case .defaultMapping(.unknown) = result.why, !exploration.outline.rules.isEmpty,
            case .reply(let reply)? = path.steps.last(where: { !$0.isRaw })?.outcome, reply.status == 200,
            !reply.isErrorObject
        {
            unmapped.note(reply.code, path)
        }
        if case .reply(let reply)? = path.steps.last?.outcome, RulebookFindings.isAccountTrouble(reply.code),
            reply.status == 200, result.logs.isEmpty, !path.store.contains(where: \.isUnusual)
        {
            silent.note(reply.code, path)
        }
    }

    private mutating func lookAtAttempts(_ result: PathResult, _ path: ExploredPath) {
        if result.sendsTokenAgain {
            let before = path.steps.dropLast().map(\.outcome.description).joined(separator: ", ")
            add(.tokenSentAgain, result.rule, "the token is sent again after \(before)", path: path)
        }
        if result.money.certain + result.money.possible > 1 {
            add(.billedTwice, "", "a run is \(result.money.text)", path: path)
        }
        for refusal in result.refusals where refusal.reason == .tokenSpent {
            guard let place = refusal.place, place.hook == .fallback || refusal.isRaw else { continue }
            add(
                .fallbackRefused, "\(place) \(refusal.reason)",
                "\(name(of: place)) asks for an attempt that is refused: \(refusal.reason.explanation)", at: place,
                path: path)
        }
    }
}

// MARK: - Hooks

extension FindingSearch {
    mutating func lookAtHooks() {
        for (index, rule) in exploration.outline.rules.enumerated() {
            for hook in Hook.allCases where rule.hooks[hook] != nil {
                let place = HookPlace(hook: hook, rule: index)
                if hook == .mapResult, let table = rule.mapTable { lookAt(table, place) } else { lookAt(place) }
            }
        }
    }

    private mutating func lookAt(_ place: HookPlace) {
        let use = exploration.uses[place] ?? HookUse()
        if use.calls == 0 {
            add(.neverAsked, "\(place)", "\(name(of: place)) is never asked", at: place)
        } else if use.answers == 0, use.effects == 0, place.hook != .onDecision {
            add(.neverAnswers, "\(place)", "\(name(of: place)) never answers", at: place)
        }
    }

    private mutating func lookAt(_ table: ResultMap, _ place: HookPlace) {
        let rule = exploration.rule(at: place).name
        let unused = table.keys.filter { !exploration.entries.contains(UsedEntry(rule: rule, key: $0)) }
        for key in unused {
            add(
                .neverDecides, "\(place) \(key)", "entry '\(key)' in \(name(of: place)) never decides", at: place)
        }
    }
}
