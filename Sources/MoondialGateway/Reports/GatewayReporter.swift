// SPDX-License-Identifier: MIT

package import JSON
import MoondialRules
import MoondialStore
import NIOConcurrencyHelpers
import NIOCore
import NumberVerification
import TextFormats

/// Writes a gateway's metrics, decision log and events for the log of the server. Shared by all event loops.
package final class GatewayReporter: Sendable {
    package let metrics: GatewayMetrics
    private let registry: PrometheusRegistry
    private let sink: RecordSink?
    private let options: DecisionRecord.Options
    private let clock: @Sendable () -> Int64
    private let log: @Sendable (GatewayEvent) -> Void
    /// The metrics of hooks by the revision of the rulebook: the current one and the one before.
    private let rules = NIOLockedValueBox<[(revision: String, metrics: RuleMetrics)]>([])

    /// - Parameters:
    ///   - sink: Takes the records of the decision log; nil for no decision log.
    ///   - target: The name of the target to which attempts are sent.
    ///   - recordsTraces: Whether the decision log holds whole traces.
    ///   - config: What rules read as `moondial.config`. The default is empty.
    ///   - clock: Milliseconds since 1970.
    ///   - log: Called with events, on any thread.
    package init(
        sink: RecordSink?, target: String, recordsTraces: Bool, config: JSONObject = JSONObject(),
        clock: @escaping @Sendable () -> Int64,
        log: @escaping @Sendable (GatewayEvent) -> Void
    ) {
        registry = PrometheusRegistry()
        metrics = GatewayMetrics(registry)
        self.sink = sink
        options = DecisionRecord.Options(target: target, hasTrace: recordsTraces, config: config)
        self.clock = clock
        self.log = log
    }

    /// Whether a run may begin: it must be possible to record it.
    package var canRecord: @Sendable () -> Bool {
        guard let sink else { return { true } }
        return { sink.isAccepting }
    }

    /// A hash of what rules read as `moondial.config`; nil if that is empty.
    var configRevision: String? { options.configRevision }

    /// How the decision log is doing, for people.
    var logCondition: String {
        guard let sink else { return "off" }
        guard sink.isAccepting else { return "not writable" }
        return sink.figures.failure == nil ? "writable" : "not writable, requests are served: see decision_log_overflow"
    }

    package func report(_ event: GatewayEvent) {
        switch event {
        case .reloadFailed: metrics.countReload(.failure)
        case .reloaded: metrics.countReload(.success)
        case .luaStateRenewed: metrics.countLostLuaState()
        default: break
        }
        log(event)
    }

    /// Opens the file of the decision log again, which may have been moved.
    func reopenLog() async { await sink?.reopen() }

    /// Metrics in the format that an Accept header asks for.
    func text(accept: String?) -> (contentType: String, text: String) {
        let format = MetricsFormat(accept: accept)
        if let sink {
            let figures = sink.figures
            metrics.noteDecisionLog(written: figures.written, dropped: figures.dropped, queued: figures.queuedBytes)
        }
        return (format.contentType, registry.text(format))
    }

    // MARK: - Rules

    /// Notes that rules were loaded.
    func rulesLoaded(_ outline: RulebookOutline) {
        let described = outline.rules.map { rule in
            RuleMetrics.Rule(name: rule.name, hooks: rule.hooks.keys.map(GatewayMetrics.Hook.init))
        }
        let new = metrics.loadedRules(revision: outline.revision, at: Double(clock()) / 1000, described)
        rules.withLockedValue { rules in
            rules.removeAll { $0.revision == outline.revision }
            rules = [(outline.revision, new)] + rules.prefix(1)
        }
    }

    private func ruleMetrics(of revision: String) -> RuleMetrics? {
        rules.withLockedValue { $0.first { $0.revision == revision }?.metrics }
    }

    // MARK: - Runs

    /// Records a run that has ended. Called on the event loop of the run.
    func report(_ run: FinishedRun, _ decision: RecordedDecision, of request: DecisionRequest) {
        if let sink {
            append(
                DecisionRecord(run: run, decision: decision, request: request, end: clock(), options: options), to: sink
            )
        }
        countHooks(of: run.trace)
        for attempt in run.result.attempts.lazy.map(\.attempt) {
            metrics.countUpstreamCall(
                attempt.endpoint == .mobile ? .mobile : .h5, code: attempt.code, took: attempt.elapsed)
            switch attempt.billed {
            case .yes: metrics.countBilledCall(.yes)
            case .maybe: metrics.countBilledCall(.maybe)
            case .no: break
            }
        }
        for failure in run.failures { log(.hookFailed(failure, decision.traceID)) }
    }

    private func append(_ record: DecisionRecord, to sink: RecordSink) {
        guard record.line.withBytes({ sink.append($0) }) == .tooLong else { return }
        // Rules can make a trace, or the fields of a decision, too large for a record. The other members must not be
        // lost.
        _ = record.shortLine.withBytes { sink.append($0) }
    }

    private func countHooks(of trace: Trace) {
        guard let rules = ruleMetrics(of: trace.revision) else { return }
        for event in trace.events {
            guard case .hookAnswered(let answer, let call) = event.kind, let place = event.place else { continue }
            rules.countCall(
                rule: place.rule, GatewayMetrics.Hook(place.hook), result(answer),
                took: event.time - trace.events[call].time)
        }
    }

    private func result(_ answer: HookAnswer?) -> GatewayMetrics.HookResult {
        switch answer {
        case nil: return .cancelled
        case .none?: return .none
        case .failed(let failure)?:
            switch failure.kind {
            case .timeout: metrics.countKill(.timeout)
            case .memory: metrics.countKill(.memory)
            case .limit: metrics.countKill(.limit)
            case .raised, .store, .cannotYield, .invalidAnswer: break
            }
            return .error
        default: return .answered
        }
    }

    /// Counts a request that was not run, or got the decision of another one.
    func report(outcome: DecisionWorker.Outcome) {
        switch outcome {
        case .token(let outcome): metrics.countTokenOutcome(outcome)
        case .rejected(.overload): metrics.countRejection(.overload)
        case .rejected(.logUnavailable): metrics.countRejection(.logUnavailable)
        case .rejected(.rateLimit): metrics.countRejection(.rateLimit)
        case .rejected(.callerGone), .rejected(.idempotencyConflict): break
        }
    }

    /// Notes that the token guard has decided without a run.
    func report(guardDecision decision: RecordedDecision, of request: DecisionRequest, _ redactor: Redactor) {
        report(
            .guardDecided(
                GuardDecision(
                    reason: decision.reason ?? "", traceID: decision.traceID.description, caller: request.caller.name,
                    appKey: request.caller.appKey, phone: redactor.phone(request.run.verification.phone))))
    }

    func report(_ use: BudgetUse) {
        metrics.noteBudget(use)
        if use.reachesFourFifths { report(.budgetNearlyUsed(use)) }
    }

    /// Notes a call of the store that has ended, with its error if there was one.
    func report(storeCall kind: StoreError.Kind?, _ health: StoreHealth) {
        metrics.countStoreCall(GatewayMetrics.StoreResult(kind))
        guard let answers = health.note(kind) else { return }
        metrics.noteStore(answers: answers)
        report(answers ? .storeAnswers : .storeFailing(kind?.rawValue ?? ""))
    }

    func report(renewal problem: Diagnostic?) { report(.luaStateRenewed(problem)) }

    func report(breakerOf appKey: String, _ state: AccountBreaker.State) {
        switch state {
        case .open(let code): report(.breakerOpened(appKey: appKey, code: code))
        case .closed: report(.breakerClosed(appKey: appKey))
        }
    }

    func report(_ request: PassedRequest) {
        metrics.countUpstreamCall(.passthrough, code: nil, took: Duration(request.time))
        report(.passedThrough(request))
    }
}

extension GatewayMetrics.Hook {
    fileprivate init(_ hook: Hook) {
        switch hook {
        case .preCheck: self = .preCheck
        case .route: self = .route
        case .fallback: self = .fallback
        case .mapResult: self = .mapResult
        case .onDecision: self = .onDecision
        }
    }
}

extension GatewayMetrics {
    /// The numbers of runs and connections of one event loop.
    struct Load: Sendable {
        let runs: Int
        let waiting: Int
        let connections: Int
    }

    /// Notes the sums of all event loops.
    func note(_ loads: [Load]) {
        runsInFlight.set(Int64(loads.reduce(0) { $0 + $1.runs }))
        waitingRuns.set(Int64(loads.reduce(0) { $0 + $1.waiting }))
        connections.set(Int64(loads.reduce(0) { $0 + $1.connections }))
    }
}
