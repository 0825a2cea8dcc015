// SPDX-License-Identifier: MIT

package import JSON
package import MoondialStore
package import NumberVerification

/// One event of a run, as it happened.
///
/// Events hold values and no text for output, and nothing in them is redacted: they stay in the memory of the process.
/// Code that writes or shows them (``Trace/json``, ``Waterfall``) passes texts through the run's ``Redactor``. A reader
/// that wants a hook together with its answer, or an attempt with its reply, reads ``Trace/steps``.
package struct TraceEvent: Sendable {
    /// Since the start of the run.
    package let time: Duration
    /// The hook in which it happened, or that led to it. Nil when the machine itself acted.
    package let place: HookPlace?
    package let kind: Kind

    package enum Kind: Sendable {
        /// The first event. The context names the run, its rules and its request.
        case runBegan(RunContext)
        /// The hook at `place` was called. `attempt` is the number of the attempt that the hook got.
        case hookCalled(attempt: Int?)
        /// `call` is the index of the event with the call. The answer is nil when the run cancelled the hook.
        indirect case hookAnswered(HookAnswer?, call: Int)
        /// A request was sent. Numbers count from 1. `raw` is what `moondial.attempt` sent; nil for the run's request.
        indirect case attemptBegan(number: Int, Endpoint, raw: VerificationRequest?)
        case attemptEnded(number: Int, Attempt)
        /// A request was not sent.
        case refused(Guard, Endpoint, isRaw: Bool)
        /// A hook has called a function of `moondial.store`. Phones and tokens in the name are hashed already.
        indirect case storeCalled(function: String, name: String)
        /// `call` is the index of the event with the call.
        indirect case storeAnswered(Result<StoreReply, StoreError>, call: Int)
        /// A hook has logged a line.
        indirect case logged(String, fields: JSONObject)
        /// A decision was made. The last one is final.
        indirect case decided(Decision, DecisionReason)
        /// The last event.
        case runEnded
    }
}

/// One hook of one rule, by the rule's index in the outline.
package struct HookPlace: Sendable, Hashable {
    package let hook: Hook
    package let rule: Int

    package init(hook: Hook, rule: Int) {
        self.hook = hook
        self.rule = rule
    }
}
