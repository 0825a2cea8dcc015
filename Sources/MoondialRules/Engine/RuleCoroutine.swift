// SPDX-License-Identifier: MIT

import MoondialLua

/// A Lua coroutine in which the hooks of a run, a script, or one function of `moondial.all` run.
///
/// It runs one call at a time. A call that waits for the host ends later, through the closure given to `call`.
final class RuleCoroutine {
    /// The run whose hooks run here; nil for a script.
    let run: ActiveRun?
    /// What this coroutine and those that it starts may use together.
    let meter: LuaMeter
    /// The views of results that the prelude has passed to the host, for the prompt.
    var shown: [LuaView] = []
    /// The block that runs here, at the prompt.
    weak var evaluation: ActiveEvaluation?
    /// Holds the coroutine as its context, until `close`.
    private var thread: LuaThread?
    private var ended: ((LuaOutcome) -> Void)?
    /// Cancels what the coroutine waits for.
    private var cancelWait: (() -> Void)?
    /// The error of a function of `moondial.all` that is raised again here. Its traceback becomes part of the new one.
    private var raisedAgain: LuaError?

    /// The VM of the coroutine; nil after its end.
    var vm: LuaVM? { thread?.vm }

    /// - Throws: `LuaError` with code `memory`.
    init(vm: LuaVM, run: ActiveRun?, meter: LuaMeter) throws(LuaError) {
        self.run = run
        self.meter = meter
        thread = try vm.makeThread(context: self, meter: meter)
    }

    /// Calls a function. `ended` gets the outcome of a call that has to wait, `returned` or `failed`; when it ends
    /// without waiting, the outcome is returned and `ended` is dropped.
    func call(
        _ function: LuaFunction, arguments: (LuaWriter) -> Void, ended: @escaping (LuaOutcome) -> Void
    ) -> LuaOutcome {
        begin(ended) { $0.start(function, arguments: arguments) }
    }

    /// The same with a first argument that all calls of the coroutine share, written by `first` once.
    func call(
        _ function: LuaFunction, sharing first: (LuaWriter) -> Void, arguments: (LuaWriter) -> Void,
        ended: @escaping (LuaOutcome) -> Void
    ) -> LuaOutcome {
        begin(ended) { $0.start(function, sharing: first, arguments: arguments) }
    }

    private func begin(_ ended: @escaping (LuaOutcome) -> Void, _ start: (LuaThread) -> LuaOutcome) -> LuaOutcome {
        guard let thread else { preconditionFailure("a coroutine was called after its end") }
        raisedAgain = nil
        let outcome = start(thread)
        if case .waiting = outcome { self.ended = ended }
        return outcome
    }

    /// Begins a wait, from inside a host function: the ticket names it in `resume`. `cancel` is called when the coroutine
    /// ends before the reply comes.
    func beginWait(_ cancel: @escaping () -> Void) -> LuaTicket {
        guard let thread else { preconditionFailure("a coroutine waits after its end") }
        cancelWait = cancel
        return thread.ticket
    }

    /// Ends the wait with results. Dropped when the coroutine has ended or waits for something else.
    func resume(_ ticket: LuaTicket, results: (LuaWriter) -> Void) {
        finish(thread?.resume(ticket, results: results))
    }

    /// Ends the wait with an error at the place of the call.
    func resume(_ ticket: LuaTicket, raising message: String) {
        finish(thread?.resume(ticket, raising: message))
    }

    /// Ends the wait with results from which the prelude knows that it must raise the error again.
    func resume(_ ticket: LuaTicket, raisingAgain error: LuaError, results: (LuaWriter) -> Void) {
        raisedAgain = error
        resume(ticket, results: results)
    }

    private func finish(_ outcome: LuaOutcome?) {
        switch outcome {
        case nil, .waiting?: break
        case .returned?, .failed?:
            cancelWait = nil
            let ended = ended
            self.ended = nil
            if let outcome { ended?(withFullTraceback(outcome)) }
        }
    }

    /// Completes the traceback of an error that a function of `moondial.all` raised: with the calls in that function.
    private func withFullTraceback(_ outcome: LuaOutcome) -> LuaOutcome {
        guard case .failed(var error) = outcome, let first = raisedAgain, first.message == error.message,
            first.site == error.site
        else { return outcome }
        // The frames before the call of `moondial.all` belong to the code that raises the error again.
        error.traceback = first.traceback + error.traceback.drop { $0.site == nil }
        return .failed(error)
    }

    /// Ends the coroutine: its wait is cancelled, to-be-closed variables are closed, and no outcome is reported.
    func close() {
        let thread = thread
        let cancel = cancelWait
        // The thread is removed first: a wait that ends because it is cancelled must not resume the code.
        self.thread = nil
        cancelWait = nil
        ended = nil
        cancel?()
        thread?.close()
    }
}
