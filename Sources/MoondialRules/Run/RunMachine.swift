// SPDX-License-Identifier: MIT

package import JSON
package import NumberVerification

/// One run as a pure state machine: events in, one action out.
///
///     pre_check -> route -> attempt -> fallback -> attempt ... -> map_result -> on_decision -> finish
///
/// Rules are asked in file order and the first to answer wins. The machine keeps four promises:
///
/// - **It ends.** Every answer leads forward, and the number of attempts is bounded.
/// - **It fails closed.** A hook that fails ends in `settings.onError` with a reason such as `rule_error`, never in allow.
/// - **It spends no token twice.** After an attempt that leaves its token spent or unclear (``Attempt/tokenState``), no
///   other is sent with that token unless the rule says `even_if_delivered`. Raw attempts made by hooks count.
/// - **It can say why.** Everything that happens goes to the ``trace``.
///
/// Every event carries `now`, the monotonic time since the start of the run, which must not go backwards. Once
/// ``Action/finish(_:)`` was returned, late answers and attempts give ``Action/nothing``; an event that the machine
/// did not ask for while the run is going on is a bug of the driver and traps.
package struct RunMachine: Sendable {
    /// The reason of a decision that ends a cancelled run.
    package static let cancellationReason = "cancelled"

    /// What has happened so far. Complete when the run is over.
    package internal(set) var trace: Trace

    let context: RunContext
    private let reservesTokens: Bool
    private var state = State.ready
    /// The guard that forbade an attempt, if one did. Counts as evidence when no attempt was made.
    private var refusal: Guard?

    private enum State {
        case ready
        case asking(HookPlace, position: Int, event: Int)
        case reserving(Endpoint, HookPlace?)
        case attempting(number: Int)
        case over
    }

    /// Prepares a run; ``start(now:)`` begins it.
    ///
    /// - Parameters:
    ///   - outline: The rules to ask.
    ///   - settings: What the operator configured.
    ///   - request: What to verify.
    ///   - channel: Decides the endpoint when no rule routes. The default, nil, means native.
    ///   - timeout: The request's own `timeout_ms`. The default, nil, means `settings.timeout`.
    ///   - options: Further members of the request for the trace, redacted there. The default is none.
    ///   - traceID: The name of the run.
    ///   - redactor: The redactor of the engine. The default knows only the requests of this run.
    ///   - reservesTokens: Whether ``Action/reserveToken(_:)`` comes before each attempt. The default is false.
    package init(
        outline: RulebookOutline, settings: RunSettings, request: VerificationRequest, channel: Channel? = nil,
        timeout: Duration? = nil, options: JSONObject = JSONObject(), traceID: TraceID, redactor: Redactor? = nil,
        reservesTokens: Bool = false
    ) {
        self.reservesTokens = reservesTokens
        self.context = RunContext(
            traceID: traceID, outline: outline, settings: settings, request: request, channel: channel,
            timeout: timeout, options: options, redactor: redactor)
        self.trace = Trace(context)
    }

    /// The time since the start of the run from which on no attempt is started. To be passed to every attempt.
    package var deadline: Duration { context.deadline }
}

// MARK: - Events

extension RunMachine {
    /// The first event, once.
    package mutating func start(now: Duration) -> Action {
        guard case .ready = state else { preconditionFailure("a run starts once") }
        trace.begin(now: now)
        return ask(.preCheck, now: now)
    }

    /// The hook of the last ``Action/callHook(_:)`` has returned or failed.
    package mutating func hookAnswered(_ answer: HookAnswer, now: Duration) -> Action {
        if case .over = state { return .nothing }
        guard case .asking(let place, let position, let event) = state else {
            preconditionFailure("an answer while no hook is running")
        }
        var answer = answer.checked(for: place.hook)
        if trace.hasStoreError(since: event) { answer = answer.asStoreFailure }
        trace.finishHook(event, answer: answer, now: now)

        switch answer {
        case .none:
            return ask(place.hook, from: position + 1, now: now)
        case .decision(let choice):
            let rule = context.outline.rules[place.rule].name
            return decide(choice, by: place, why: .hook(place.hook, rule: rule), now: now)
        case .route(let endpoint):
            return attempt(at: endpoint, for: place, evenIfDelivered: false, now: now)
        case .fallback(let endpoint, let evenIfDelivered):
            return attempt(at: endpoint, for: place, evenIfDelivered: evenIfDelivered, now: now)
        case .failed(let failure):
            return failClosed(failure.kind, in: place, position: position, now: now)
        }
    }

    /// The attempt of the last ``Action/attempt(_:)`` has ended.
    package mutating func attemptFinished(_ attempt: Attempt, now: Duration) -> Action {
        if case .over = state { return .nothing }
        guard case .attempting(let number) = state else { preconditionFailure("an attempt ended that was not started") }
        trace.finishAttempt(number, attempt, now: now)
        return ask(attempt.verdict == .unknown ? .fallback : .mapResult, now: now)
    }

    /// The answer to the last ``Action/reserveToken(_:)``.
    package mutating func tokenReserved(_ reservation: TokenReservation, now: Duration) -> Action {
        if case .over = state { return .nothing }
        guard case .reserving(let endpoint, let place) = state else {
            preconditionFailure("a reservation that was not asked for")
        }
        switch reservation {
        case .granted where now < context.deadline: return send(to: endpoint, for: place, now: now)
        case .granted: return refuse(.deadline, endpoint, for: place, now: now)
        case .refused(let reason): return refuse(reason, endpoint, for: place, now: now)
        }
    }

    /// The caller does not need the run any more: the run ends at once, without further hooks.
    ///
    /// A decision that was already made stays if it is deny, or if a hook has failed; everything else becomes
    /// `settings.onError` with reason `cancelled`, since not every `on_decision` hook was asked. Attempts in flight are
    /// recorded as cancelled. The driver has to cancel its attempts in flight, raw ones first (see
    /// ``rawAttemptCancelled(_:delivered:now:)``), and passes what is then known about the delivery of the last
    /// ``Action/attempt(_:)``; the default is maybe.
    package mutating func cancelled(delivered: Delivered = .maybe, now: Duration) -> Action {
        switch state {
        case .over: return .nothing
        case .asking(_, _, let event): trace.finishHook(event, answer: nil, now: now)
        case .ready, .reserving, .attempting: break
        }
        if !standsAgainstFailure {
            let choice = RuleDecision(context.settings.onError.outcome, reason: RunMachine.cancellationReason)
            trace.decide(Decision(choice), why: .cancelled, by: nil, now: now)
        }
        trace.abandonAttempts(delivered: delivered, now: now)
        return finish(now: now)
    }

    /// The hook that is running, as far as the driver has reported.
    var runningHook: HookPlace? {
        if case .asking(let place, _, _) = state { place } else { nil }
    }
}

// MARK: - Steps

extension RunMachine {
    /// Asks the next rule that has the hook, from this position in the list of those rules on.
    private mutating func ask(_ hook: Hook, from first: Int = 0, now: Duration) -> Action {
        let candidates = context.outline.rules(with: hook)
        var position = first
        while position < candidates.count {
            let place = HookPlace(hook: hook, rule: candidates[position])
            if hook == .mapResult, let table = context.outline.rules[place.rule].mapTable {
                if let evidence, let (key, choice) = table.entry(for: evidence) {
                    let rule = context.outline.rules[place.rule].name
                    return decide(choice, by: place, why: .mapEntry(key, rule: rule), now: now)
                }
                position += 1
                continue
            }
            state = .asking(place, position: position, event: trace.startHook(place, now: now))
            return .callHook(HookCall(rule: place.rule, hook: hook, input: input(for: hook, now: now)))
        }
        return noRuleAnswered(hook, now: now)
    }

    private mutating func noRuleAnswered(_ hook: Hook, now: Duration) -> Action {
        switch hook {
        case .preCheck:
            return ask(.route, now: now)
        case .route:
            return attempt(at: (context.channel ?? .native).endpoint, for: nil, evenIfDelivered: false, now: now)
        case .fallback:
            return ask(.mapResult, now: now)
        case .mapResult:
            guard let evidence else { preconditionFailure("map_result is asked after an attempt or its refusal") }
            return decide(
                DefaultMapping.choice(for: evidence), by: nil, why: DefaultMapping.why(for: evidence), now: now)
        case .onDecision:
            return finish(now: now)
        }
    }

    /// The evidence to decide on: nil until an attempt has ended or was refused.
    private var evidence: Evidence? {
        trace.lastAttempt.map(Evidence.attempt) ?? refusal.map(Evidence.noAttempt)
    }

    private func input(for hook: Hook, now: Duration) -> HookInput {
        switch hook {
        case .preCheck, .route: .nothing
        case .fallback: trace.lastAttempt.map(HookInput.attempt) ?? .nothing
        case .mapResult: evidence.map(HookInput.evidence) ?? .nothing
        case .onDecision: .result(result(now: now))
        }
    }

    /// Sends an attempt, or records the guard that forbids it and lets the rules decide on the evidence.
    private mutating func attempt(
        at endpoint: Endpoint, for place: HookPlace?, evenIfDelivered: Bool, now: Duration
    ) -> Action {
        if let obstacle = obstacle(to: context.request.token, evenIfDelivered: evenIfDelivered, now: now) {
            return refuse(obstacle, endpoint, for: place, now: now)
        }
        guard reservesTokens else { return send(to: endpoint, for: place, now: now) }
        state = .reserving(endpoint, place)
        return .reserveToken(endpoint)
    }

    private mutating func refuse(_ reason: Guard, _ endpoint: Endpoint, for place: HookPlace?, now: Duration) -> Action
    {
        trace.refuse(reason, endpoint: endpoint, isRaw: false, for: place, now: now)
        refusal = reason
        if reason.isOfHost, trace.ownAttemptCount == 0 {
            let choice = DefaultMapping.choice(for: .noAttempt(reason))
            return decide(choice, by: nil, why: .noAttempt(reason), now: now)
        }
        return ask(.mapResult, now: now)
    }

    private mutating func send(to endpoint: Endpoint, for place: HookPlace?, now: Duration) -> Action {
        let number = trace.startAttempt(at: endpoint, raw: nil, by: place, now: now)
        state = .attempting(number: number)
        return .attempt(endpoint)
    }

    private mutating func decide(_ choice: RuleDecision, by place: HookPlace?, why: DecisionReason, now: Duration)
        -> Action
    {
        let rule = place.map { context.outline.rules[$0.rule].name } ?? Decision.defaultRule
        trace.decide(Decision(choice, rule: rule), why: why, by: place, now: now)
        return ask(.onDecision, now: now)
    }

    private mutating func failClosed(
        _ kind: HookFailure.Kind, in place: HookPlace, position: Int, now: Duration
    ) -> Action {
        let rule = context.outline.rules[place.rule].name
        let choice = RuleDecision(context.settings.onError.outcome, reason: kind.reason)
        let why = DecisionReason.failure(kind, place.hook, rule: rule)
        guard place.hook == .onDecision else { return decide(choice, by: place, why: why, now: now) }

        if !standsAgainstFailure { trace.decide(Decision(choice, rule: rule), why: why, by: place, now: now) }
        return ask(.onDecision, from: position + 1, now: now)
    }

    /// Whether a later failure leaves the decision unchanged: deny is never relaxed, and the first failure is the one
    /// that is reported.
    private var standsAgainstFailure: Bool {
        guard let (decision, why) = trace.decision else { return false }
        if case .failure = why { return true }
        return decision.outcome == .deny
    }

    private mutating func finish(now: Duration) -> Action {
        trace.abandonAttempts(now: now)
        trace.end(now: now)
        state = .over
        return .finish(result(now: now))
    }

    private func result(now: Duration) -> RunResult {
        guard let result = trace.result(elapsed: now) else { preconditionFailure("a result before the decision") }
        return result
    }
}
