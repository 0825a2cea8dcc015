// SPDX-License-Identifier: MIT

/// Counts and times the hooks of one rulebook. Free of locks; every thread may use it.
package final class RuleMetrics: Sendable {
    /// A rule and the hooks that it has.
    package struct Rule: Sendable {
        package let name: String
        package let hooks: [GatewayMetrics.Hook]

        package init(name: String, hooks: [GatewayMetrics.Hook]) {
            self.name = name
            self.hooks = hooks
        }
    }

    private struct Entry {
        let name: String
        let duration: HistogramSeries
        /// By hook. Nil for a hook that the rule does not have.
        let calls: [CounterTable<GatewayMetrics.HookResult>?]
    }

    /// By the rule's index in the outline.
    private let entries: [Entry]

    init(_ registry: PrometheusRegistry, _ rules: [Rule]) {
        entries = rules.map { rule in
            let calls = GatewayMetrics.Hook.allCases.map { hook -> CounterTable<GatewayMetrics.HookResult>? in
                guard rule.hooks.contains(hook) else { return nil }
                return CounterTable(
                    registry, GatewayMetrics.Name.hookCalls, "result",
                    others: [("rule", rule.name), ("hook", hook.text)])
            }
            return Entry(
                name: rule.name,
                duration: registry.histogram(GatewayMetrics.Name.hookDuration, labels: [("rule", rule.name)]),
                calls: calls)
        }
    }

    /// Counts a call of a hook that has ended.
    ///
    /// - Parameters:
    ///   - rule: The rule's index in the outline of the rulebook that these metrics were made for.
    ///   - hook: A hook of the rule.
    ///   - result: How the call ended.
    ///   - duration: The time from the call to its answer.
    package func countCall(
        rule: Int, _ hook: GatewayMetrics.Hook, _ result: GatewayMetrics.HookResult, took duration: Duration
    ) {
        entries[rule].calls[hook.rawValue]?[result].increment()
        entries[rule].duration.record(duration)
    }

    /// The series of rules that are not in `rules`, and of hooks that the rules there do not have.
    func identities(notOf rules: [Rule]) -> [SeriesIdentity] {
        entries.flatMap { entry -> [SeriesIdentity] in
            let rule = rules.first { $0.name == entry.name }
            let calls = GatewayMetrics.Hook.allCases.filter { rule?.hooks.contains($0) != true }
                .flatMap { entry.calls[$0.rawValue]?.all.map(\.identity) ?? [] }
            return rule == nil ? calls + [entry.duration.identity] : calls
        }
    }
}
