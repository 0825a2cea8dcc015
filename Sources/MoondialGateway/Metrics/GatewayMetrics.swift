// SPDX-License-Identifier: MIT

import MoondialRules
import Synchronization

/// What the gateway counts and measures. Every series with a closed set of labels is made at once, so that a scraper sees
/// its zero, and recording is a look into a table and an atomic addition. Shared by all event loops.
///
/// No label ever holds a phone, a token, an exID or free text: what is not a closed list is a rule's name, a revision or
/// an app key.
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
    private let rules = Mutex<RuleMetrics?>(nil)

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

    /// A request was answered. `duration` is from its head to the end of the reply.
    package func countRequest(_ route: Route, _ decision: Decision, took duration: Duration) {
        requests[route, decision].increment()
        requestDurations[route].record(duration)
    }

    /// A request was refused before any rule was asked. It is counted by ``countRequest(_:_:took:)`` as well.
    package func countRejection(_ reason: Rejection) { rejections[reason].increment() }

    /// The token guard let a request go on or answered it.
    package func countTokenOutcome(_ outcome: TokenOutcome) { tokenOutcomes[outcome].increment() }

    // MARK: Calls of the provider

    /// A call has ended. `code` is the provider's, or nil if no reply with a code came.
    package func countUpstreamCall(_ endpoint: Upstream, code: Int64?, took duration: Duration) {
        upstreamCalls[endpoint, UpstreamCode(code)].increment()
        upstreamDurations[endpoint].record(duration)
    }

    /// A call was charged, or may have been.
    package func countBilledCall(_ billed: Billed) { billedCalls[billed].increment() }

    /// Lets the state of an application's breaker be read when a scraper asks.
    ///
    /// - Parameters:
    ///   - appKey: Of the application; public, as it is part of every app that uses the service.
    ///   - isOpen: Whether calls are refused. Called by any thread; must not wait.
    package func observeBreaker(appKey: String, isOpen: @escaping @Sendable () -> Bool) {
        registry.observe(Name.breakerOpen, labels: [("app", appKey)]) { isOpen() ? 1 : 0 }
    }

    /// Removes the breaker of an application that the gateway serves no more.
    package func removeBreaker(appKey: String) { registry.remove(Name.breakerOpen, labels: [("app", appKey)]) }

    // MARK: Rules

    /// A hook was stopped.
    package func countKill(_ reason: Kill) { kills[reason].increment() }

    /// A Lua state had to be given up and is replaced.
    package func countLostLuaState() { lostLuaStates.increment() }

    /// A reload has ended. A reload that succeeds is followed by ``loadedRules(revision:at:_:)``.
    package func countReload(_ result: Reload) {
        reloads[result].increment()
        isLastReloadGood.set(result == .success ? 1.0 : 0)
    }

    /// A rulebook was loaded, at start or by a reload. The series of rules that are not in it any more are removed; those
    /// of the others go on.
    ///
    /// - Parameters:
    ///   - revision: Of the rulebook.
    ///   - unixTime: When it was loaded, in seconds since 1970.
    ///   - rules: In the order of the rulebook's outline.
    /// - Returns: Where to count the hooks of this rulebook's runs, also of those that end after the next reload.
    package func loadedRules(revision: String, at unixTime: Double, _ rules: [RuleMetrics.Rule]) -> RuleMetrics {
        registry.setInfo(Name.rulesInfo, labels: [("revision", revision)])
        rulesLoadedTime.set(unixTime)
        isLastReloadGood.set(1.0)
        return self.rules.withLock { current in
            // Removed first, so that a series limit holds for one rulebook and not for two.
            for identity in current?.identities(notOf: rules) ?? [] { registry.remove(identity) }
            let new = RuleMetrics(registry, rules)
            current = new
            return new
        }
    }

    // MARK: Store

    /// A call of the store has ended.
    func countStoreCall(_ result: StoreResult) { storeCalls[result].increment() }

    /// The store answers again, or does not answer.
    func noteStore(answers: Bool) { storeAnswers.set(answers ? 1.0 : 0) }

    /// A ceiling of the budget is used so far. Callers have no series: their ceiling is one of many.
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

    /// Takes the figures of the decision log: records written and dropped since the start, and bytes that wait.
    func noteDecisionLog(written: Int, dropped: Int, queued: Int) {
        decisionLogWritten.set(Int64(written))
        decisionLogDropped.set(Int64(dropped))
        decisionLogQueuedBytes.set(Int64(queued))
    }
}
