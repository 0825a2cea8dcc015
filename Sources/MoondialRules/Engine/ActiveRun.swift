// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification

/// Something that can be given up.
package protocol RunHandle: AnyObject {
    /// Ends it soon; its completion is still called. No effect once it has ended.
    func cancel()
}

/// A run that has ended.
package struct FinishedRun: Sendable {
    package let result: RunResult
    package let trace: Trace
    /// One per hook that failed, with excerpt and traceback.
    package let failures: [Diagnostic]
}

/// Drives one `RunMachine`: calls the hooks in Lua, sends the attempts, and reports both back.
final class ActiveRun: RunHandle {
    private let engine: RuleEngine
    private let rulebook: Rulebook
    private let request: RunRequest
    private let completion: (FinishedRun) -> Void
    private let started = NIODeadline.now()
    private var machine: RunMachine
    /// Made when the first hook is called.
    private var strand: Strand?
    private var exchange: (any Exchange)?
    private var failures: [Diagnostic] = []

    init(
        engine: RuleEngine, rulebook: Rulebook, request: RunRequest, traceID: TraceID,
        completion: @escaping (FinishedRun) -> Void
    ) {
        self.engine = engine
        self.rulebook = rulebook
        self.request = request
        self.completion = completion
        machine = RunMachine(
            outline: rulebook.outline, settings: engine.settings.run, request: request.verification,
            channel: request.channel, timeout: request.timeout.map { .milliseconds($0) }, options: request.options,
            traceID: traceID)
    }

    /// Runs up to the first wait. Outside of any call of the VM.
    func start() {
        perform(machine.start(now: now))
    }

    func cancel() {
        let action = machine.cancelled(now: now)
        if case .nothing = action { return }
        exchange?.cancel()
        perform(action)
    }

    var traceID: TraceID { machine.trace.id }

    private var now: Duration { .nanoseconds((NIODeadline.now() - started).nanoseconds) }

    /// When no attempt may go on.
    var deadline: NIODeadline { started + TimeAmount(machine.deadline) }

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
                strand?.close()
                strand = nil
                let run = FinishedRun(result: result, trace: machine.trace, failures: failures)
                engine.onRunFinished?(run)
                completion(run)
                return
            case .nothing:
                return
            }
        }
    }

    /// Calls a hook; nil when it waits.
    private func call(_ call: RunMachine.HookCall) -> HookAnswer? {
        do throws(LuaError) {
            let strand = try hookStrand()
            let function = rulebook.function(of: call.hook, in: call.rule)
            let outcome = strand.call(function, arguments: { write(call.input, to: $0) }) { [self] outcome in
                perform(machine.hookAnswered(answer(to: call, outcome), now: now))
            }
            if case .waiting = outcome { return nil }
            return answer(to: call, outcome)
        } catch {
            return fail(call, error)
        }
    }

    private func hookStrand() throws(LuaError) -> Strand {
        if let strand { return strand }
        let strand = try Strand(vm: engine.vm, run: self)
        self.strand = strand
        return strand
    }

    private func write(_ input: RunMachine.HookInput, to writer: LuaWriter) {
        writer.write(request)
        switch input {
        case .nothing: break
        case .attempt(let attempt): writer.write(attempt)
        case .evidence(let evidence): writer.write(evidence)
        case .result(let result): writer.write(result)
        }
    }

    private func answer(to call: RunMachine.HookCall, _ outcome: LuaOutcome) -> HookAnswer {
        switch outcome {
        case .failed(let error): return fail(call, error)
        case .waiting: preconditionFailure("a hook that waits has no answer yet")
        case .returned(var reader):
            do throws(HookAnswer.Nonsense) {
                return try HookAnswer(reader.nextOrNil(), from: call.hook)
            } catch {
                let site = rulebook.outline.rules[call.rule].hooks[call.hook]
                let failure = HookFailure(kind: .nonsense, message: error.message, site: site)
                failures.append(Diagnostic(failure, of: call.hook, in: rulebook.outline.rules[call.rule]))
                return .failed(failure)
            }
        }
    }

    private func fail(_ call: RunMachine.HookCall, _ error: LuaError) -> HookAnswer {
        let failure = HookFailure(error)
        failures.append(Diagnostic(error, of: call.hook, in: rulebook.outline.rules[call.rule]))
        return .failed(failure)
    }

    // MARK: - For host functions called by the run's hooks

    /// Sends a raw attempt, or says why not.
    ///
    /// - Parameter completion: Called later, unless the attempt is refused.
    func rawAttempt(
        _ raw: VerificationRequest, at endpoint: Endpoint, evenIfDelivered: Bool,
        completion: @escaping (Attempt) -> Void
    ) -> Result<any Exchange, RawRefusal> {
        switch machine.rawAttempt(raw, at: endpoint, evenIfDelivered: evenIfDelivered, now: now) {
        case .refused(let reason): return .failure(RawRefusal(reason: reason))
        case .granted(let number):
            return .success(
                engine.client.attempt(raw, at: endpoint, deadline: deadline) { [self] attempt in
                    machine.rawAttemptFinished(number, attempt, now: now)
                    completion(attempt)
                })
        }
    }

    struct RawRefusal: Error {
        let reason: Guard
    }

    /// Notes a log line in the trace and gives its redacted form with the rule that speaks.
    func log(_ message: String, fields: JSON.Object) -> LogLine {
        machine.log(message, fields: fields, now: now)
        let place = machine.runningHook
        return LogLine(
            message: machine.trace.redactor.text(message), fields: machine.trace.redactor.object(fields),
            rule: place.map { rulebook.outline.rules[$0.rule].name }, hook: place?.hook, site: nil, traceID: traceID)
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
