// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NIOCore
import NumberVerification
import TextFormats

/// Something that can be given up.
package protocol RunHandle: AnyObject {
    /// Ends it: hooks and attempts in flight are given up, and the completion is called before this returns. No effect
    /// once it has ended. Not to be called from `print` or `log`, where Lua is running.
    func cancel()
}

/// A run that has ended.
package struct FinishedRun: Sendable {
    package let result: RunResult
    package let trace: Trace
    /// One per hook that failed, with excerpt and traceback. Redacted.
    package let failures: [Diagnostic]
    /// What the hooks have read beside the request and the replies.
    package var inputs = RunInputs()
}

/// What hooks read of the world beside the request and the replies: given back to `RuleEngine.verify`, it lets a run read the
/// same again.
package struct RunInputs: Sendable, Hashable {
    /// When the run began, in milliseconds since 1970. The time that a hook reads is that of its call, or of the end of its
    /// last wait. Nil: no hook has asked; given back, the clock of the engine.
    package var clock: Int64?
    /// Where the sequence of `math.random` begins: as after `math.randomseed(seed)`. Nil: no hook has asked; given back, a
    /// seed of the system.
    package var seed: Int64?

    package init(clock: Int64? = nil, seed: Int64? = nil) {
        self.clock = clock
        self.seed = seed
    }
}

/// Drives one `RunMachine`: calls the hooks in Lua, sends the attempts, and reports both back.
final class ActiveRun: RunHandle {
    private let engine: RuleEngine
    private var home: RuleVM
    private var rulebook: Rulebook
    private let request: RunRequest
    /// Nil once it was called: it may hold the run.
    private var completion: ((FinishedRun) -> Void)?
    private let started = NIODeadline.now()
    private var machine: RunMachine
    private var isOver = false
    private var inputs: RunInputs
    /// The time since the start at the last event that hooks wait for.
    private var elapsed = Duration.zero
    /// What rules have seeded for themselves, but for the one that was called last.
    private var seedings: [Int: LuaSeeding] = [:]
    private var lastRule: Int?
    private lazy var meter = makeMeter()
    /// Made when the first hook is called.
    private var strand: Strand?
    private var exchange: (any Exchange)?
    /// Raw attempts in flight, by their number.
    private var rawExchanges: [Int: RawExchange] = [:]
    private var failures: [Diagnostic] = []

    init(
        engine: RuleEngine, home: RuleVM, request: RunRequest, traceID: TraceID, inputs: RunInputs,
        completion: @escaping (FinishedRun) -> Void
    ) {
        self.engine = engine
        self.home = home
        rulebook = home.host.rulebook
        self.request = request
        self.inputs = inputs
        self.completion = completion
        machine = RunMachine(
            outline: rulebook.outline, settings: engine.settings.run, request: request.verification,
            channel: request.channel, timeout: request.timeout.map { .milliseconds($0) }, options: request.options,
            traceID: traceID, redactor: engine.redactor)
    }

    /// Runs up to the first wait, unless it was cancelled before. Outside of any call of the VM.
    func start() {
        if !isOver { perform(machine.start(now: noteTime())) }
    }

    func cancel() {
        if isOver { return }
        for raw in Array(rawExchanges.values) { raw.cancel() }
        let delivered = exchange?.cancel() ?? .maybe
        perform(machine.cancelled(delivered: delivered, now: now))
    }

    private var now: Duration { .nanoseconds((NIODeadline.now() - started).nanoseconds) }

    /// From here on hooks read the present time.
    private func noteTime() -> Duration {
        elapsed = now
        return elapsed
    }

    /// What time it is for the run's hooks, in milliseconds since 1970.
    var clock: Int64 {
        let elapsed = elapsed.wholeMicroseconds / 1000
        let began = inputs.clock ?? engine.settings.wallClock() - elapsed
        inputs.clock = began
        return began + elapsed
    }

    /// When no attempt may go on.
    private var deadline: NIODeadline { started + TimeAmount(machine.deadline) }

    /// What requests without an exID are sent with.
    private var correlation: String? { engine.settings.run.correlates ? machine.trace.id.description : nil }

    // MARK: - Actions

    private func perform(_ first: RunMachine.Action) {
        var action = first
        while true {
            switch action {
            case .callHook(let call):
                guard let answer = self.call(call) else { return }
                action = machine.hookAnswered(answer, now: noteTime())
            case .attempt(let endpoint):
                exchange = engine.client.attempt(
                    request.verification, at: endpoint, correlation: correlation, deadline: deadline
                ) { [self] in
                    exchange = nil
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

    private func finish(_ result: RunResult) {
        isOver = true
        if strand != nil { inputs.seed = meter.seed }
        strand?.close()
        strand = nil
        rawExchanges = [:]
        let run = FinishedRun(
            result: result, trace: machine.trace, failures: failures.map { $0.redacted(engine.redactor) },
            inputs: inputs)
        engine.onRunFinished?(run)
        let completion = completion
        self.completion = nil
        completion?(run)
    }

    // MARK: - Hooks

    /// Calls a hook; nil when it waits.
    private func call(_ call: RunMachine.HookCall) -> HookAnswer? {
        leaveLostState()
        do throws(LuaError) {
            let strand = try hookStrand()
            strand.meter.beginCall(engine.hookBudget)
            changeSeeding(to: call.rule)
            let function = rulebook.function(of: call.hook, in: call.rule)
            let outcome = strand.call(
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

    /// A rule that seeds `math.random` chooses what it draws itself in this run, and not what others draw.
    private func changeSeeding(to rule: Int) {
        guard rule != lastRule else { return }
        let seeding = meter.seeding
        if let lastRule, seeding != nil { seedings[lastRule] = seeding }
        if !seedings.isEmpty { meter.seeding = seedings[rule] }
        lastRule = rule
    }

    /// When another run has cost the Lua state while this one was between two hooks, it goes on in a fresh one.
    private func leaveLostState() {
        guard home.vm.isLost, !meter.hasStopped else { return }
        let next = engine.usableHome()
        guard !next.vm.isLost, next.host.rulebook.outline.revision == rulebook.outline.revision else { return }
        strand?.close()
        strand = nil
        home = next
        rulebook = next.host.rulebook
    }

    private func hookStrand() throws(LuaError) -> Strand {
        if let strand { return strand }
        let strand = try Strand(vm: home.vm, run: self, meter: meter)
        self.strand = strand
        return strand
    }

    private func makeMeter() -> LuaMeter {
        let meter = engine.settings.run.limits.runMeter()
        meter.deadline = deadline.uptimeNanoseconds
        meter.seed = inputs.seed
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
            do throws(HookAnswer.Nonsense) {
                return try HookAnswer(results, from: call.hook)
            } catch {
                let problem = LuaError(code: .runtime, message: error.message)
                return failure(of: call, problem, kind: .nonsense, fix: error.fix)
            }
        }
    }

    /// Notes how a hook failed. What has no place of its own happened in the hook.
    private func failure(
        of call: RunMachine.HookCall, _ error: LuaError, kind: HookFailure.Kind? = nil, fix: String? = nil
    ) -> HookAnswer {
        var error = error
        if error.site == nil, let site = rulebook.site(of: call.hook, in: call.rule) {
            error.site = site
            error.sourceLine = home.vm.sourceLine(at: site)
        }
        error = error.redacted(engine.redactor)
        let rule = engine.redactor.rule(rulebook.outline.rules[call.rule].name)
        failures.append(Diagnostic(error, of: call.hook, in: rule, fix: fix))
        return .failed(HookFailure(error, kind: kind))
    }

    // MARK: - For host functions called by the run's hooks

    struct RawRefusal: Error {
        let reason: Guard
    }

    /// Sends a raw attempt, or says why not. The completion is called later, unless the attempt is refused.
    func send(_ raw: RawAttempt, completion: @escaping (Attempt) -> Void) -> Result<any Exchange, RawRefusal> {
        let permission = machine.rawAttempt(
            raw.request, at: raw.endpoint, evenIfDelivered: raw.evenIfDelivered, now: now)
        switch permission {
        case .refused(let reason): return .failure(RawRefusal(reason: reason))
        case .granted(let number):
            let exchange = engine.client.attempt(
                raw.request, at: raw.endpoint, correlation: correlation, deadline: deadline
            ) { [self] attempt in
                rawExchanges[number] = nil
                machine.rawAttemptFinished(number, attempt, now: noteTime())
                completion(attempt)
            }
            let raw = RawExchange(exchange) { [weak self] delivered in
                guard let self, !isOver else { return }
                rawExchanges[number] = nil
                machine.rawAttemptCancelled(number, delivered: delivered, now: now)
            }
            rawExchanges[number] = raw
            return .success(raw)
        }
    }

    /// A raw attempt whose run gets to know that it was given up, and what is known of it then.
    private final class RawExchange: Exchange {
        private let exchange: any Exchange
        private let cancelled: (Delivered) -> Void
        /// What was known when it was given up. The run and the hook that waits both give it up.
        private var delivered: Delivered?

        init(_ exchange: any Exchange, cancelled: @escaping (Delivered) -> Void) {
            self.exchange = exchange
            self.cancelled = cancelled
        }

        @discardableResult
        func cancel() -> Delivered {
            if let delivered { return delivered }
            let delivered = exchange.cancel()
            self.delivered = delivered
            cancelled(delivered)
            return delivered
        }
    }

    /// Notes a log line in the trace and gives its redacted form with the rule that speaks; nil when the run has logged
    /// all that it may, and said so. What is dropped is not looked at: that would take time.
    func log(_ message: String, fields: JSONObject, at site: LuaSite?, _ work: RedactionWork) -> LogLine? {
        let redactor = engine.redactor
        let place = machine.runningHook
        let rule = place.map { rulebook.outline.rules[$0.rule].name }
        let size = (rule?.utf8.count ?? 0) + (site?.source.description.utf8.count ?? 0)
        switch machine.log(message, fields: fields, placeBytes: size, now: now) {
        case .kept:
            return LogLine(
                message: redactor.text(message, work), fields: redactor.object(fields, work),
                rule: rule.map(redactor.rule),
                hook: place?.hook, site: site.map(redactor.site), traceID: machine.trace.id)
        case .dropped(isFirst: false):
            return nil
        case .dropped(isFirst: true):
            let limits = engine.settings.run.limits
            let note =
                "further lines of this run are dropped: it may log \(limits.logLines) lines and "
                + "\(limits.logBytes) bytes"
            return LogLine(
                message: note, fields: JSONObject(), rule: rule.map(redactor.rule), hook: place?.hook,
                site: site.map(redactor.site), traceID: machine.trace.id)
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
