// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification

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
    private lazy var meter = makeMeter()
    /// Made when the first hook is called.
    private var strand: Strand?
    private var exchange: (any Exchange)?
    private var failures: [Diagnostic] = []

    init(
        engine: RuleEngine, home: RuleVM, request: RunRequest, traceID: TraceID,
        completion: @escaping (FinishedRun) -> Void
    ) {
        self.engine = engine
        self.home = home
        rulebook = home.host.rulebook
        self.request = request
        self.completion = completion
        machine = RunMachine(
            outline: rulebook.outline, settings: engine.settings.run, request: request.verification,
            channel: request.channel, timeout: request.timeout.map { .milliseconds($0) }, options: request.options,
            traceID: traceID)
    }

    /// Runs up to the first wait, unless it was cancelled before. Outside of any call of the VM.
    func start() {
        if !isOver { perform(machine.start(now: now)) }
    }

    func cancel() {
        if isOver { return }
        exchange?.cancel()
        perform(machine.cancelled(now: now))
    }

    private var now: Duration { .nanoseconds((NIODeadline.now() - started).nanoseconds) }

    /// When no attempt may go on.
    private var deadline: NIODeadline { started + TimeAmount(machine.deadline) }

    // MARK: - Actions

    private func perform(_ first: RunMachine.Action) {
        var action = first
        while true {
            switch action {
            case .callHook(let call):
                guard let answer = self.call(call) else { return }
                action = machine.hookAnswered(answer, now: now)
            case .attempt(let endpoint):
                exchange = engine.client.attempt(request.verification, at: endpoint, deadline: deadline) { [self] in
                    exchange = nil
                    perform(machine.attemptFinished($0, now: now))
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
        strand?.close()
        strand = nil
        let run = FinishedRun(
            result: result, trace: machine.trace, failures: failures.map { $0.mappingTexts(redacted) })
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
            let function = rulebook.function(of: call.hook, in: call.rule)
            let outcome = strand.call(
                function, sharing: { $0.write(request) }, arguments: { write(call.input, to: $0) }
            ) { [self] outcome in
                perform(machine.hookAnswered(answer(to: call, outcome), now: now))
            }
            if case .waiting = outcome { return nil }
            return answer(to: call, outcome)
        } catch {
            return failure(of: call, error)
        }
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
                return failure(of: call, LuaError(code: .runtime, message: error.message), kind: .nonsense)
            }
        }
    }

    /// Notes how a hook failed. What has no place of its own happened in the hook.
    private func failure(of call: RunMachine.HookCall, _ error: LuaError, kind: HookFailure.Kind? = nil) -> HookAnswer {
        var error = error
        if error.site == nil, let site = rulebook.site(of: call.hook, in: call.rule) {
            error.site = site
            error.sourceLine = home.vm.sourceLine(at: site)
        }
        error = error.mappingTexts(redacted)
        failures.append(Diagnostic(error, of: call.hook, in: rulebook.outline.rules[call.rule]))
        return .failed(HookFailure(error, kind: kind))
    }

    /// Without the phones and tokens that the run knows, and without phones that nobody knows.
    private func redacted(_ text: String) -> String {
        engine.phoneMask.text(machine.trace.redactor.text(text))
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
            return .success(
                engine.client.attempt(raw.request, at: raw.endpoint, deadline: deadline) { [self] attempt in
                    machine.rawAttemptFinished(number, attempt, now: now)
                    completion(attempt)
                })
        }
    }

    /// Notes a log line in the trace and gives its redacted form with the rule that speaks; nil when the run has logged
    /// all that it may, and said so.
    func log(_ message: String, fields: JSON.Object) -> LogLine? {
        var (message, fields) = (message, fields)
        // What is dropped is not looked at: that would take time.
        if machine.trace.hasRoom(forLineOf: Trace.lineSize(message, fields)) {
            message = redacted(message)
            fields = engine.phoneMask.object(machine.trace.redactor.object(fields))
        }
        switch machine.log(message, fields: fields, now: now) {
        case .kept: break
        case .dropped(isFirst: false): return nil
        case .dropped(isFirst: true):
            let limits = engine.settings.run.limits
            message =
                "further lines of this run are dropped: it may log \(limits.logLines) lines and "
                + "\(limits.logBytes) bytes"
            fields = JSON.Object()
        }
        let place = machine.runningHook
        return LogLine(
            message: message, fields: fields, rule: place.map { rulebook.outline.rules[$0.rule].name },
            hook: place?.hook, site: nil, traceID: machine.trace.id)
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
