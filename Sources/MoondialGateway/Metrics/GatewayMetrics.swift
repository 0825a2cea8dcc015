// SPDX-License-Identifier: MIT

import MoondialRules
import NIOConcurrencyHelpers

/// The metrics of the gateway. Every series with a closed set of labels is created at the start, so that scrapers see
/// zeros and recording is only a table access and an atomic addition. Shared by all event loops.
///
/// No label holds a phone, a token, an exID or free text: labels without a closed set of values are names of rules,
/// revisions and app keys.
package final class GatewayMetrics: Sendable {
    /// Runs that have begun and not ended.
    package let runsInFlight: GaugeSeries
    /// Runs that wait to begin.
    package let waitingRuns: GaugeSeries
    /// Connections of callers.
    package let connections: GaugeSeries
    /// Bytes of decision log records that are not written yet.
    package let decisionLogQueuedBytes: GaugeSeries

    private let registry: PrometheusRegistry
    private let requests: CounterGrid<Route, Decision>
    private let requestDurations: HistogramTable<Route>
    private let upstreamCalls: CounterGrid<Upstream, UpstreamCode>
    private let upstreamDurations: HistogramTable<Upstream>
    private let billedCalls: CounterTable<Billed>
    private let kills: CounterTable<Kill>
    private let lostLuaStates: CounterSeries
    private let reloads: CounterTable<Reload>
    private let isLastReloadGood: GaugeSeries
    private let rulesLoadedTime: GaugeSeries
    private let tokenOutcomes: CounterTable<TokenOutcome>
    private let rejections: CounterTable<Rejection>
    private let storeCalls: CounterTable<StoreResult>
    private let storeAnswers: GaugeSeries
    private let decisionLogWritten: CounterSeries
    private let decisionLogDropped: CounterSeries
    private let rules = NIOLockedValueBox<RuleMetrics?>(nil)

    /// Declares all metrics of the gateway in the registry, and those of the process.
    package init(_ registry: PrometheusRegistry) {
        self.registry = registry
        Self.declareAll(in: registry)
        registry.observeProcess()
        requests = CounterGrid(registry, Name.requests, "route", "decision")
        requestDurations = HistogramTable(registry, Name.requestDuration, "route")
        upstreamCalls = CounterGrid(registry, Name.upstreamCalls, "endpoint", "code")
        upstreamDurations = HistogramTable(registry, Name.upstreamDuration, "endpoint")
        billedCalls = CounterTable(registry, Name.billedCalls, "billed")
        kills = CounterTable(registry, Name.kills, "reason")
        lostLuaStates = registry.counter(Name.lostLuaStates)
        reloads = CounterTable(registry, Name.reloads, "result")
        isLastReloadGood = registry.gauge(Name.lastReloadGood)
        rulesLoadedTime = registry.gauge(Name.rulesLoadedTime)
        runsInFlight = registry.gauge(Name.runsInFlight)
        waitingRuns = registry.gauge(Name.waitingRuns)
        connections = registry.gauge(Name.connections)
        tokenOutcomes = CounterTable(registry, Name.tokenOutcomes, "outcome")
        rejections = CounterTable(registry, Name.rejections, "reason")
        storeCalls = CounterTable(registry, Name.storeCalls, "result")
        storeAnswers = registry.gauge(Name.storeAnswers)
        storeAnswers.set(Int64(1))
        decisionLogWritten = registry.counter(Name.decisionLogWritten)
        decisionLogDropped = registry.counter(Name.decisionLogDropped)
        decisionLogQueuedBytes = registry.gauge(Name.decisionLogQueuedBytes)
    }

    // MARK: Requests

    /// Counts a request that was answered. `duration` is from its head to the end of the reply.
    package func countRequest(_ route: Route, _ decision: Decision, took duration: Duration) {
        requests[route, decision].increment()
        requestDurations[route].record(duration)
    }

    /// Counts a request that was refused before any hook was called. ``countRequest(_:_:took:)`` counts it as well.
    package func countRejection(_ reason: Rejection) { rejections[reason].increment() }

    /// Counts what the token guard did with a request.
    package func countTokenOutcome(_ outcome: TokenOutcome) { tokenOutcomes[outcome].increment() }

    // MARK: Calls of the provider

    /// Counts a call that has ended. `code` is the provider's, or nil if no reply with a code came.
    package func countUpstreamCall(_ endpoint: Upstream, code: Int64?, took duration: Duration) {
        upstreamCalls[endpoint, UpstreamCode(code)].increment()
        upstreamDurations[endpoint].record(duration)
    }

    /// Counts a call that was charged, or may have been.
    package func countBilledCall(_ billed: Billed) { billedCalls[billed].increment() }

    /// Lets the state of an application's breaker be read when a scraper asks.
    ///
    /// - Parameters:
    ///   - appKey: The app key of the application. It is public: every app that uses the service contains it.
    ///   - isOpen: Whether calls are refused. Called by any thread; must not wait.
    package func observeBreaker(appKey: String, isOpen: @escaping @Sendable () -> Bool) {
        registry.observe(Name.breakerOpen, labels: [("app", appKey)]) { isOpen() ? 1 : 0 }
    }

    /// Removes the breaker of an application that the gateway does not serve any more.
    package func removeBreaker(appKey: String) { registry.remove(Name.breakerOpen, labels: [("app", appKey)]) }

    // MARK: Rules

    /// Counts a hook that was stopped.
    package func countKill(_ reason: Kill) { kills[reason].increment() }

    /// Counts a Lua state that had to be replaced.
    package func countLostLuaState() { lostLuaStates.increment() }

    /// Counts a reload that has ended. After a successful one, call ``loadedRules(revision:at:_:)``.
    package func countReload(_ result: Reload) {
        reloads[result].increment()
        isLastReloadGood.set(result == .success ? 1.0 : 0)
    }

    /// Notes a rulebook that was loaded, at the start or by a reload. The series of rules that are not in the rulebook
    /// any more are removed; the others continue.
    ///
    /// - Parameters:
    ///   - revision: The revision of the rulebook.
    ///   - unixTime: When it was loaded, in seconds since 1970.
    ///   - rules: The rules in the order of the rulebook's outline.
    /// - Returns: The metrics for hooks of this rulebook's runs, including runs that end after the next reload.
    package func loadedRules(revision: String, at unixTime: Double, _ rules: [RuleMetrics.Rule]) -> RuleMetrics {
        registry.setInfo(Name.rulesInfo, labels: [("revision", revision)])
        rulesLoadedTime.set(unixTime)
        isLastReloadGood.set(1.0)
        return self.rules.withLockedValue { current in
            // Old series are removed first: otherwise both rulebooks together would have to stay below the series
            // limit.
            for identity in current?.identities(notOf: rules) ?? [] { registry.remove(identity) }
            let new = RuleMetrics(registry, rules)
            current = new
            return new
        }
    }

    // MARK: Store

    /// Counts a call of the store that has ended.
    func countStoreCall(_ result: StoreResult) { storeCalls[result].increment() }

    /// Notes whether the store answers.
    func noteStore(answers: Bool) { storeAnswers.set(answers ? 1.0 : 0) }

    /// Notes how much of a ceiling of the budget is used. Callers have no series, since there may be many callers.
    func noteBudget(_ use: BudgetUse) {
        let scope: String
        switch use.scope {
        case .total: scope = "total"
        case .application(let appKey): scope = appKey
        case .caller: return
        }
        registry.gauge(Name.budgetUsed, labels: [("scope", scope)]).set(use.used)
        registry.gauge(Name.budgetCeiling, labels: [("scope", scope)]).set(use.ceiling)
    }

    // MARK: Decision log

    /// Notes the figures of the decision log: records written and dropped since the start, and bytes that wait.
    func noteDecisionLog(written: Int, dropped: Int, queued: Int) {
        decisionLogWritten.set(Int64(written))
        decisionLogDropped.set(Int64(dropped))
        decisionLogQueuedBytes.set(Int64(queued))
    }
}
