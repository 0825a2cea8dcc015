// SPDX-License-Identifier: MIT

package import MoondialRules
package import NumberVerification

/// What runs have exercised: hooks with their answers, codes and errors at each endpoint, answers of the store, and
/// lines.
package struct TestCoverage: Sendable {
    /// By the rule's name and hook.
    package private(set) var hooks: [HookName: HookUse] = [:]
    package private(set) var attempts: Set<Exercised> = []
    /// The kinds of outcomes of calls of the store, by the call.
    package private(set) var store: [StoreUse: Set<String>] = [:]
    /// The rules that were loaded.
    package private(set) var outlines: [RulebookOutline] = []
    /// The counts of the lines of the rules, if lines were counted.
    package private(set) var lines = LineCoverage()

    package struct HookName: Sendable, Hashable {
        package let rule: String
        package let hook: Hook
    }

    /// A code or error of an attempt at an endpoint.
    package struct Exercised: Sendable, Hashable {
        package let endpoint: Endpoint
        /// `9003`, `reset`.
        package let name: String
    }

    /// A call of the store in a hook.
    package struct StoreUse: Sendable, Hashable {
        package let hook: HookName
        /// `count`
        package let function: String
        /// `count phone:…`
        package let call: String
    }

    package init() {}

    mutating func note(_ outline: RulebookOutline) {
        if !outlines.contains(where: { $0.revision == outline.revision }) { outlines.append(outline) }
    }

    mutating func note(_ sources: [CountedSource]) {
        for source in sources { lines.add(source) }
    }

    mutating func note(_ run: FinishedRun) {
        for attempt in run.result.attempts {
            let name = attempt.attempt.code.map(String.init) ?? attempt.attempt.error?.kind.rawValue
            if let name { attempts.insert(Exercised(endpoint: attempt.attempt.endpoint, name: name)) }
        }
        for event in run.trace.events {
            guard let place = event.place else { continue }
            let name = HookName(rule: run.trace.rule(at: place).name, hook: place.hook)
            hooks[name, default: HookUse()].note(event.kind)
        }
        for call in StoreCall.all(in: run.trace) {
            guard let place = call.place else { continue }
            let hook = HookName(rule: run.trace.rule(at: place).name, hook: place.hook)
            store[StoreUse(hook: hook, function: call.function, call: call.name), default: []].insert(call.outcome.kind)
        }
        if case .mapEntry(_, let rule) = run.result.why {
            hooks[HookName(rule: rule, hook: .mapResult), default: HookUse()].calls += 1
            hooks[HookName(rule: rule, hook: .mapResult), default: HookUse()].answers += 1
        }
    }

    package mutating func add(_ other: TestCoverage) {
        for (name, use) in other.hooks {
            hooks[name, default: HookUse()].calls += use.calls
            hooks[name, default: HookUse()].answers += use.answers
            hooks[name, default: HookUse()].effects += use.effects
        }
        attempts.formUnion(other.attempts)
        store.merge(other.store) { $0.union($1) }
        for outline in other.outlines { note(outline) }
        lines.add(other.lines)
    }
}
