// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NIOCore
import NumberVerification
import TextFormats

/// Work in progress that can be cancelled.
package protocol RunHandle: AnyObject {
    /// Ends the work: hooks and attempts in flight are cancelled, and the completion is called before this method
    /// returns. No effect after the end. Not to be called from `print` or `log`, where Lua is running.
    func cancel()
}

/// A run that has been started.
package protocol RunInFlight: RunHandle {
    /// Whether a request has left the process, or may have: then cancelling the run does not keep the token unspent.
    var mayHaveSent: Bool { get }
}

/// A run that has ended. A class, since it is passed on more often than it is read.
package final class FinishedRun: Sendable {
    package let result: RunResult
    package let trace: Trace
    /// One per hook that failed, with excerpt and traceback. Redacted.
    package let failures: [Diagnostic]
    /// What the hooks have read in addition to the request and the replies.
    package let inputs: RunInputs

    init(result: RunResult, trace: Trace, failures: [Diagnostic], inputs: RunInputs) {
        self.result = result
        self.trace = trace
        self.failures = failures
        self.inputs = inputs
    }
}

/// The time and the random numbers that the hooks of a run have read. Passed to `RuleEngine.verify`, they let another
/// run read the same.
package struct RunInputs: Sendable, Hashable {
    /// When the run began, in milliseconds since 1970. The time that a hook reads is that of its call, or of the end of its
    /// last wait. Nil: no hook has read the time; passed to `verify`, the clock of the engine.
    package var clock: Int64?
    /// Where the sequence of `math.random` begins: as after `math.randomseed(seed)`. Nil: no hook has drawn a number;
    /// passed to `verify`, a seed of the system.
    package var seed: Int64?

    package init(clock: Int64? = nil, seed: Int64? = nil) {
        self.clock = clock
        self.seed = seed
    }
}

/// Drives one `RunMachine`: calls the hooks in Lua, sends the attempts, and reports both back.
final class ActiveRun: RunInFlight {
    let engine: RuleEngine
    let environment: RunEnvironment
    private var state: RuleState
    var rulebook: Rulebook
    private let request: RunRequest
    /// Nil once it was called, since the closure may hold the run.
    private var completion: ((FinishedRun) -> Void)?
    private let monotonicClock: () -> NIODeadline
    private let started: NIODeadline
    var machine: RunMachine
    var isOver = false
    private var inputs: RunInputs
    /// The time since the start at the last event that hooks wait for.
    private var elapsed = Duration.zero
    /// The random sequences of rules that have called `math.randomseed`, except that of the rule that was called last.
    private var seedings: [Int: LuaSeeding] = [:]
    private var lastRule: Int?
    private lazy var meter = makeMeter()
    /// Made when the first hook is called.
    private var coroutine: RuleCoroutine?
    private var exchange: (any Exchange)?
    /// The question to the token reserver, until the request is sent.
    private var reservation: TokenQuestion?
    /// How many events of the trace the observers have got.
    private var observedEvents = 0
    /// The store that the hooks use.
    private(set) lazy var store =
        environment.makeStore.map {
            StoreAccess($0(), timeout: engine.settings.run.limits.storeTime, on: engine.eventLoop)
        } ?? engine.store
    /// Raw attempts in flight, by their number.
    var rawExchanges: [Int: RawExchange] = [:]
    private var failures: [Diagnostic] = []

    init(
        engine: RuleEngine, environment: RunEnvironment, state: RuleState, request: RunRequest, traceID: TraceID,
        inputs: RunInputs,
        completion: @escaping (FinishedRun) -> Void
    ) {
        self.engine = engine
        self.environment = environment
        // With `??`, each reading of the clock would go through two more closures.
        if let clock = environment.monotonicClock {
            monotonicClock = clock
        } else {
            monotonicClock = engine.settings.monotonicClock
        }
        started = monotonicClock()
        self.state = state
        rulebook = state.host.rulebook
        self.request = request
        self.inputs = inputs
        self.completion = completion
        var timeout = request.time(engine.settings.run)
        if environment.waited > .milliseconds(1) { timeout -= .nanoseconds(environment.waited.nanoseconds) }
        machine = RunMachine(
            outline: rulebook.outline, settings: engine.settings.run, request: request.verification,
            channel: request.channel, timeout: timeout, options: request.options,
            traceID: traceID, redactor: engine.redactor, reservesTokens: environment.reserver != nil)
    }

    /// Runs up to the first wait, unless the run was cancelled before. To be called outside of any call of the VM.
    func start() {
        if !isOver { perform(machine.start(now: noteTime())) }
    }

    func cancel() {
        if isOver { return }
        for raw in Array(rawExchanges.values) { raw.cancel() }
        reservation?.cancel()
        reservation = nil
        let delivered = exchange?.cancel() ?? .maybe
        perform(machine.cancelled(delivered: delivered, now: now))
    }

    var mayHaveSent: Bool {
        machine.trace.hasDelivered || (exchange.map { $0.delivered != .no } ?? false) || !rawExchanges.isEmpty
    }

    var now: Duration { .nanoseconds((monotonicClock() - started).nanoseconds) }

    /// Sets the time that hooks read to the present. Returns the time since the start.
    func noteTime() -> Duration {
        elapsed = now
        return elapsed
    }

    /// The time that the run's hooks read, in milliseconds since 1970.
    var clock: Int64 {
        let elapsed = elapsed.wholeMicroseconds / 1000
        let began = inputs.clock ?? (environment.wallClock ?? engine.settings.wallClock)() - elapsed
        inputs.clock = began
        return began + elapsed
    }

    /// When all attempts must have ended.
    var deadline: NIODeadline { started + TimeAmount(machine.deadline) }

    /// The exID to send with a request that has none, or nil.
    func correlation(of request: VerificationRequest) -> String? {
        request.exID == nil && engine.settings.run.correlates ? machine.trace.id.description : nil
    }

    /// The trace context to send with attempts: the run is a step of the trace of its request, or begins a trace.
    var traceparent: TraceParent {
        let step = machine.trace.id.rawValue
        return environment.traceparent?.next(step) ?? TraceParent(beginning: step)
    }

    // MARK: - Actions

    private func perform(_ first: RunMachine.Action) {
        var action = first
        while true {
            reportEvents()
            switch action {
            case .callHook(let call):
                guard let answer = self.call(call) else { return }
                action = machine.hookAnswered(answer, now: noteTime())
            case .reserveToken(let endpoint):
                if let answer = environment.reserver?.reserveNow(request.verification, at: endpoint) {
                    action = machine.tokenReserved(answer, now: noteTime())
                    continue
                }
                let question = ask(about: request.verification, at: endpoint) { [self] in perform(reserved($0)) }
                reservation = question
                guard let answer = question.answer else { return }
                action = reserved(answer)
            case .attempt(let endpoint):
                let held = reservation
                reservation = nil
                exchange = environment.attempts.attempt(
                    request.verification, at: endpoint, correlation: correlation(of: request.verification),
                    traceparent: traceparent, deadline: deadline
                ) { [self] in
                    exchange = nil
                    held?.settle($0)
                    perform(machine.attemptFinished($0, now: noteTime()))
                }
                return
            case .finish(let result):
                return finish(result)
            case .nothing:
                return
            }
        }
    }

    /// Handles the answer of the token reserver. When the request is not sent, the reservation is cancelled.
    private func reserved(_ answer: TokenReservation) -> RunMachine.Action {
        let action = machine.tokenReserved(answer, now: noteTime())
        if case .attempt = action { return action }
        reservation?.cancel()
        reservation = nil
        return action
    }

    /// Asks the token reserver, if the engine has one.
    ///
    /// - Parameters:
    ///   - request: With the token.
    ///   - endpoint: Where it is to be sent.
    ///   - later: Gets an answer that does not come at once.
    /// - Returns: The question, with its answer if that came at once.
    func ask(
        about request: VerificationRequest, at endpoint: Endpoint, later: @escaping (TokenReservation) -> Void
    ) -> TokenQuestion {
        TokenQuestion(to: environment.reserver, about: request, at: endpoint, for: machine.trace.run, later: later)
    }

    /// Gives the observers the events since the last call.
    private func reportEvents() {
        guard environment.isObserved, !engine.observers.isEmpty else { return }
        let events = machine.trace.events
        while observedEvents < events.count {
            for observer in engine.observers { observer.record(events[observedEvents], of: machine.trace.run) }
            observedEvents += 1
        }
    }

    private func finish(_ result: RunResult) {
        isOver = true
        inputs.seed = lastRule == nil ? nil : meter.usedSeed
        coroutine?.close()
        coroutine = nil
        rawExchanges = [:]
        let run = FinishedRun(
            result: result, trace: machine.trace, failures: failures.map { $0.redacted(engine.redactor) },
            inputs: inputs)
        if environment.isObserved {
            for observer in engine.observers { observer.finish(run) }
        }
        let completion = completion
        self.completion = nil
        completion?(run)
        engine.endRun()
    }

    // MARK: - Hooks

    /// Calls a hook; nil when it waits.
    private func call(_ call: RunMachine.HookCall) -> HookAnswer? {
        leaveLostState()
        do throws(LuaError) {
            let coroutine = try hookCoroutine()
            coroutine.meter.beginCall(engine.hookBudget)
            changeSeeding(to: call.rule)
            let function = rulebook.function(of: call.hook, in: call.rule)
            let outcome = coroutine.call(
                function, sharing: { $0.write(request) }, arguments: { write(call.input, to: $0) }
            ) { [self] outcome in
                perform(machine.hookAnswered(answer(to: call, outcome), now: noteTime()))
            }
            if case .waiting = outcome { return nil }
            return answer(to: call, outcome)
        } catch {
            return failure(of: call, error)
        }
    }

    /// A rule that seeds `math.random` must not change the random numbers of other rules in the same run.
    private func changeSeeding(to rule: Int) {
        guard rule != lastRule else { return }
        let seeding = meter.seeding
        if let lastRule, seeding != nil { seedings[lastRule] = seeding }
        if !seedings.isEmpty { meter.seeding = seedings[rule] }
        lastRule = rule
    }

    /// Moves this run to a fresh Lua state when another run has made the old one unusable between two hooks.
    private func leaveLostState() {
        guard state.vm.isLost, !meter.hasStopped else { return }
        let next = engine.usableState()
        guard !next.vm.isLost, next.host.rulebook.outline.revision == rulebook.outline.revision else { return }
        coroutine?.close()
        coroutine = nil
        state = next
        rulebook = next.host.rulebook
    }

    private func hookCoroutine() throws(LuaError) -> RuleCoroutine {
        if let coroutine { return coroutine }
        let coroutine = try RuleCoroutine(vm: state.vm, run: self, meter: meter)
        self.coroutine = coroutine
        return coroutine
    }

    private func makeMeter() -> LuaMeter {
        let meter = engine.settings.run.limits.runMeter()
        meter.deadline = deadline.uptimeNanoseconds
        meter.beginNumbers(at: inputs.seed ?? engine.settings.seed)
        return meter
    }

    private func write(_ input: RunMachine.HookInput, to writer: LuaWriter) {
        switch input {
        case .nothing: break
        case .attempt(let attempt): writer.write(attempt)
        case .evidence(let evidence): writer.write(evidence)
        case .result(let result): writer.writeReadOnly(result)
        }
    }

    private func answer(to call: RunMachine.HookCall, _ outcome: LuaOutcome) -> HookAnswer {
        switch outcome {
        case .waiting: preconditionFailure("a hook that waits has no answer yet")
        case .failed(let error): return failure(of: call, error)
        case .returned(let results):
            do throws(HookAnswer.InvalidAnswer) {
                return try HookAnswer(results, from: call.hook)
            } catch {
                let problem = LuaError(code: .runtime, message: error.message)
                return failure(of: call, problem, kind: .invalidAnswer, fix: error.fix)
            }
        }
    }

    /// Notes how a hook failed. An error without a place gets the place of the hook.
    private func failure(
        of call: RunMachine.HookCall, _ error: LuaError, kind: HookFailure.Kind? = nil, fix: String? = nil
    ) -> HookAnswer {
        var error = error
        if error.site == nil, let site = rulebook.site(of: call.hook, in: call.rule) {
            error.site = site
            error.sourceLine = state.vm.sourceLine(at: site)
        }
        error = error.redacted(engine.redactor)
        let rule = engine.redactor.rule(rulebook.outline.rules[call.rule].name)
        failures.append(Diagnostic(error, of: call.hook, in: rule, fix: fix))
        return .failed(HookFailure(error, kind: kind))
    }
}
