// SPDX-License-Identifier: MIT

package import MoondialRules
package import NIOCore
package import NumberVerification

/// Decides on requests on one event loop: admits them, lets those with the same token share one run, and reports each run
/// once.
package final class DecisionWorker {
    /// An event about a request, other than the end of its run.
    package enum Outcome: Sendable {
        /// The result of the token guard.
        case token(GatewayMetrics.TokenOutcome)
        case rejected(Rejection)
    }

    package let engine: RuleEngine
    private let shared: Shared
    private let eventLoop: any EventLoop
    private let together: SharedDecisions?
    /// By app key.
    private var clients: [String: GuardedClient] = [:]
    private let maximumRuns: Int
    private let maximumWaiting: Int
    private let maximumWait: TimeAmount
    /// Called with each run that has ended, with its decision and its request.
    package var onRun: ((FinishedRun, RecordedDecision, DecisionRequest) -> Void)?
    package var onOutcome: ((Outcome) -> Void)?
    /// Called with each decision that the token guard has made without a run.
    package var onGuardDecision: ((RecordedDecision, DecisionRequest) -> Void)?
    /// Called after each call that counts towards the budget, with the use of each ceiling.
    package var onBudget: ((BudgetUse) -> Void)?
    package var onBreaker: ((String, AccountBreaker.State) -> Void)?
    package private(set) var runsInFlight = 0
    private var queue: RunQueue<PendingDecision>
    /// Whether ``startRuns()`` is about to be called.
    private var isStartScheduled = false
    private let nextTurn: NextTurn
    /// Rejects waiting requests when no run has ended in time.
    private var alarm: Scheduled<Void>?

    /// - Parameters:
    ///   - engine: The rule engine of the event loop.
    ///   - clients: The source of attempts of each application, by app key.
    ///   - shared: The same for all workers.
    ///   - nextTurn: Calls back on the event loop of the engine.
    ///   - eventLoop: The event loop of the engine.
    ///   - maximumRuns: The maximum number of runs in flight.
    ///   - maximumWaiting: The maximum number of requests that wait for a run to end.
    ///   - maximumWait: How long a request may wait for a run to end.
    ///   - maximumDelay: How long requests may wait for the event loop to begin their runs.
    package init(
        engine: RuleEngine, clients: [String: any AttemptSource], shared: Shared, nextTurn: NextTurn,
        eventLoop: any EventLoop, maximumRuns: Int, maximumWaiting: Int, maximumWait: TimeAmount,
        maximumDelay: TimeAmount
    ) {
        self.engine = engine
        self.shared = shared
        self.nextTurn = nextTurn
        self.eventLoop = eventLoop
        self.maximumRuns = maximumRuns
        self.maximumWaiting = maximumWaiting
        self.maximumWait = maximumWait
        queue = RunQueue(delay: maximumDelay)
        together = shared.sharing.map { SharedDecisions(engine.store, $0, on: eventLoop) }
        for (appKey, client) in clients {
            guard let breaker = shared.breakers[appKey] else { preconditionFailure("an application has a breaker") }
            let callGuard =
                shared.callGuard.isActive
                ? CallGuard(shared.callGuard, engine.store, application: appKey, clock: engine.settings.wallClock) : nil
            callGuard?.onUse = { [unowned self] in onBudget?($0) }
            self.clients[appKey] = GuardedClient(
                attempts: client, breaker: breaker, callGuard: callGuard, eventLoop: eventLoop)
        }
    }

    /// Requests whose runs have not begun.
    package var waitingRuns: Int { queue.count }

    /// Closes the clients: attempts in flight end as cancelled.
    package func close() {
        alarm?.cancel()
        alarm = nil
        nextTurn.close()
        together?.close()
        for client in clients.values { client.attempts.close() }
    }

    /// Whether one more request can be decided. To be called before any work for the request except reading its head.
    package func takesRequest(now: NIODeadline) -> Bool {
        let isTaken = queue.admits(now: now)
        while let overdue = queue.removeOverdue(now: now) {
            overdue.isWaiting = false
            reject(overdue)
        }
        if !isTaken { onOutcome?(.rejected(.overload)) }
        return isTaken
    }

    /// Decides on one request. The completion is called once, in this call or later.
    ///
    /// `now` is when the request came.
    ///
    /// - Returns: The pending decision, to be passed to ``callerHungUp(_:)`` if the caller hangs up.
    @discardableResult
    package func decide(
        _ request: DecisionRequest, now: NIODeadline, completion: @escaping (DecisionReply) -> Void
    ) -> PendingDecision {
        let decision = PendingDecision(request, start: now, completion)
        guard shared.canRecord() else {
            onOutcome?(.rejected(.logUnavailable))
            decision.finish(.rejected(.logUnavailable))
            return decision
        }
        admitByKey(decision)
        return decision
    }

    /// Notes that the caller has hung up. The run is cancelled unless the provider may have received the request, or
    /// other requests wait for the decision.
    package func callerHungUp(_ decision: PendingDecision) {
        guard !hasWaiters(decision) else { return }
        if decision.isWaiting {
            queue.remove(decision)
            decision.isWaiting = false
            reject(decision, .callerGone)
        } else if let handle = decision.handle {
            if !handle.mayHaveSent { handle.cancel() }
        } else {
            decision.isAbandoned = true
        }
    }

    private func hasWaiters(_ decision: PendingDecision) -> Bool {
        decision.claims.contains { $0.memory.hasWaiters($0.key) }
    }

    // MARK: - Repeated requests

    private func admitByKey(_ decision: PendingDecision) {
        guard let idempotency = decision.request.idempotency else { return admitByToken(decision) }
        let memory = shared.idempotency
        let key = memory.key(of: decision.request.caller.name, idempotency.key)
        switch admission(of: decision, in: memory, key, fingerprint: memory.key(of: idempotency.path, idempotency.body))
        {
        case .fresh:
            decision.claims.append(PendingDecision.Claim(kind: .idempotency, memory: memory, key: key))
            admitByToken(decision)
        case .conflict: reject(decision, .idempotencyConflict)
        case .joined: break
        case .recorded(let recorded): decision.finish(.decided(recorded, by: .otherRequest))
        }
    }

    private func admitByToken(_ decision: PendingDecision) {
        guard let memory = shared.tokens else { return admitByLoad(decision) }
        let verification = decision.request.run.verification
        let key = memory.key(of: decision.request.caller.appKey, verification.token.reveal())
        let fingerprint = memory.key(of: verification.phone.submitted)
        switch admission(of: decision, in: memory, key, fingerprint: fingerprint) {
        case .fresh:
            decision.claims.append(PendingDecision.Claim(kind: .token, memory: memory, key: key))
            admitByLoad(decision)
        case .conflict:
            onOutcome?(.token(.reused))
            end(decision, with: review(because: .tokenReused), by: .tokenGuard, keeps: false)
        case .joined: onOutcome?(.token(.joined))
        case .recorded(let recorded):
            onOutcome?(.token(.replayed))
            end(decision, with: recorded, by: .otherRequest, keeps: true)
        }
    }

    private func admission(
        of decision: PendingDecision, in memory: DecisionMemory, _ key: DecisionMemory.Key,
        fingerprint: DecisionMemory.Key
    ) -> DecisionMemory.Admission {
        memory.admit(key, fingerprint: fingerprint, now: decision.start) {
            let place = NIOLoopBound((self, decision), eventLoop: eventLoop)
            return DecisionMemory.Waiter(eventLoop: eventLoop) { answer in
                let (worker, decision) = place.value
                switch answer {
                case .decided(let recorded):
                    worker.end(decision, with: recorded, by: .otherRequest, keeps: recorded.mayHaveReadToken)
                case .rejected(let reason): worker.reject(decision, reason)
                }
            }
        }
    }

    // MARK: - Load

    private func admitByLoad(_ decision: PendingDecision) {
        guard waitingRuns + runsInFlight < maximumRuns + maximumWaiting else { return reject(decision) }
        guard let together, !decision.claims.isEmpty else {
            queue.append(decision, now: decision.start)
            return wait(decision)
        }
        queue.announce()
        claim(decision, from: 0, together) { [self] in
            guard !decision.isAbandoned || hasWaiters(decision) else {
                queue.withdraw()
                return reject(decision, .callerGone)
            }
            queue.append(decision, announced: decision.start, now: .now())
            wait(decision)
        }
    }

    private func wait(_ decision: PendingDecision) {
        decision.isWaiting = true
        scheduleStart()
    }

    /// Rejects a request for which nothing was sent, so that a later request with the same token is run. Requests that
    /// wait for this one are rejected too.
    private func reject(_ decision: PendingDecision, _ reason: Rejection = .overload) {
        release(decision, with: .rejected(reason), keeps: false)
        onOutcome?(.rejected(reason))
        decision.finish(.rejected(reason))
    }

    /// Schedules the start of runs for when the event loop has read all input that has arrived.
    private func scheduleStart() {
        guard !queue.isEmpty, !isStartScheduled else { return }
        guard runsInFlight < maximumRuns else { return setAlarm() }
        isStartScheduled = true
        eventLoop.assumeIsolated().execute { [self] in startRuns() }
    }

    private func startRuns() {
        isStartScheduled = false
        let start = NIODeadline.now()
        var now = start
        while runsInFlight < maximumRuns, let next = queue.next(now: now) {
            next.isWaiting = false
            begin(next, now: now)
            now = .now()
            guard now - start < Self.slice else { break }
        }
        guard !queue.isEmpty, runsInFlight < maximumRuns else { return scheduleStart() }
        isStartScheduled = true
        nextTurn.callBack { [self] in startRuns() }
    }

    /// Runs a request unless its time has passed while it waited. The run has the time that is left.
    private func begin(_ decision: PendingDecision, now: NIODeadline) {
        let time = TimeAmount(decision.request.run.time(engine.settings.run))
        let waited = now - decision.start
        if waited < time { run(decision, waited: waited) } else { reject(decision) }
    }

    /// How long runs are started before the event loop handles replies and further requests.
    private static let slice = TimeAmount.milliseconds(1)

    private func setAlarm() {
        guard alarm == nil else { return }
        alarm = eventLoop.assumeIsolated().scheduleTask(in: maximumWait) { [self] in
            alarm = nil
            guard runsInFlight >= maximumRuns else { return }
            let now = eventLoop.now
            while let overdue = queue.removeFirst(waitingFor: maximumWait, now: now) {
                overdue.isWaiting = false
                reject(overdue)
            }
            if !queue.isEmpty { setAlarm() }
        }
    }

    // MARK: - Claims

    /// Claims the names of a request in the shared store, one after the other.
    private func claim(
        _ decision: PendingDecision, from index: Int, _ together: SharedDecisions, then enqueue: @escaping () -> Void
    ) {
        guard index < decision.claims.count else { return enqueue() }
        let isToken = decision.claims[index].kind == .token
        let name = together.name(decision.claims[index].kind, of: decision.request)
        together.claim(name) { [self] claim in
            switch claim {
            case .fresh:
                decision.claims[index].held = name
                self.claim(decision, from: index + 1, together, then: enqueue)
            case .unavailable where together.onStoreError == .skip:
                self.claim(decision, from: index + 1, together, then: enqueue)
            case .unavailable:
                conclude(decision, review(because: .storeUnavailable), by: .tokenGuard, keeps: false)
            case .recorded(let recorded):
                if isToken { onOutcome?(.token(.replayed)) }
                conclude(decision, recorded, by: .otherRequest, keeps: true)
            case .lost:
                decision.claims[index].held = name
                conclude(decision, review(because: .verdictLost), by: .tokenGuard, keeps: true)
            case .conflict where isToken:
                onOutcome?(.token(.reused))
                conclude(decision, review(because: .tokenReused), by: .tokenGuard, keeps: false)
            case .conflict:
                queue.withdraw()
                reject(decision, .idempotencyConflict)
            }
        }
    }

    /// Ends a request that was decided without a run.
    private func conclude(
        _ decision: PendingDecision, _ recorded: RecordedDecision, by origin: DecisionOrigin, keeps: Bool
    ) {
        queue.withdraw()
        end(decision, with: recorded, by: origin, keeps: keeps)
    }

    // MARK: - Runs

    private func run(_ decision: PendingDecision, waited: TimeAmount) {
        guard let client = clients[decision.request.caller.appKey] else {
            preconditionFailure("a caller belongs to an application of the gateway")
        }
        runsInFlight += 1
        if decision.claims.contains(where: { $0.kind == .token }) { onOutcome?(.token(.fresh)) }
        let caller = decision.request.caller
        var environment = RunEnvironment(client.attempts, reserver: client.reserver(for: caller))
        environment.traceparent = decision.request.traceparent
        environment.waited = waited
        var hasEnded = false
        let handle = engine.verify(decision.request.run, in: environment, startsNow: true) { [self] finished in
            hasEnded = true
            runsInFlight -= 1
            decision.handle = nil
            let recorded = RecordedDecision(finished.result)
            note(finished, recorded, decision, client)
            end(decision, with: recorded, by: .run(finished), keeps: recorded.mayHaveReadToken)
            scheduleStart()
        }
        if !hasEnded { decision.handle = handle }
    }

    private func note(
        _ finished: FinishedRun, _ recorded: RecordedDecision, _ decision: PendingDecision, _ client: GuardedClient
    ) {
        for attempt in finished.result.attempts {
            guard let code = attempt.attempt.code else { continue }
            if let state = client.breaker.note(code: code, now: eventLoop.now) {
                onBreaker?(decision.request.caller.appKey, state)
            }
        }
        onRun?(finished, recorded, decision.request)
    }

    private func end(
        _ decision: PendingDecision, with recorded: RecordedDecision, by origin: DecisionOrigin, keeps: Bool
    ) {
        if case .tokenGuard = origin { onGuardDecision?(recorded, decision.request) }
        release(decision, with: .decided(recorded), keeps: keeps)
        decision.finish(.decided(recorded, by: origin))
    }

    /// Gives the answer to requests that wait for this one. A decision is kept for later requests, unless `keeps` is
    /// false; then an `Idempotency-Key` still belongs to its request.
    private func release(_ decision: PendingDecision, with answer: DecisionMemory.Answer, keeps: Bool) {
        for claim in decision.claims {
            let keeping: DecisionMemory.Keeping = keeps ? .decision : claim.keepingWithoutDecision
            let finish = { [eventLoop] in
                claim.memory.finish(claim.key, with: answer, keeps: keeping, now: eventLoop.now)
            }
            guard let name = claim.held, let together else {
                finish()
                continue
            }
            if keeps, case .decided(let recorded) = answer {
                finish()
                together.finish(name, with: recorded)
            } else {
                // `finish` comes after the store has answered: otherwise the next request of this process could find
                // the claim in the store before it is deleted there, and take it for its own.
                together.finish(name, with: nil, completion: finish)
            }
        }
        decision.claims = []
    }

    private func review(because reason: Guard) -> RecordedDecision {
        RecordedDecision(reviewBecause: reason, traceID: engine.newTraceID(), revision: engine.outline.revision)
    }
}
