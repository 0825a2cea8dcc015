// SPDX-License-Identifier: MIT

package import MoondialRules
package import NumberVerification

/// A request for a decision, with its caller.
package final class DecisionRequest: Sendable {
    package let run: RunRequest
    package let caller: Caller
    /// The trace to which the request belongs, as the caller says.
    package let traceparent: TraceParent?
    package let idempotency: Idempotency?

    /// The defaults are no trace and no key.
    package init(run: RunRequest, caller: Caller, traceparent: TraceParent? = nil, idempotency: Idempotency? = nil) {
        self.run = run
        self.caller = caller
        self.traceparent = traceparent
        self.idempotency = idempotency
    }

    /// An `Idempotency-Key` and the request that it was sent with.
    package struct Idempotency: Sendable, Hashable {
        package let key: String
        /// The path of the request.
        package let path: String
        package let body: String
    }
}

/// The result of a ``DecisionRequest``.
package enum DecisionReply: Sendable {
    case decided(RecordedDecision, by: DecisionOrigin)
    /// Nothing was run or sent.
    case rejected(Rejection)
}

/// Where a decision comes from.
package enum DecisionOrigin: Sendable {
    /// The run of this request.
    case run(FinishedRun)
    /// The run of another request with the same token or idempotency key.
    case otherRequest
    /// The token guard.
    case tokenGuard

    /// Whether the decision was made for another request.
    var isReplayed: Bool {
        if case .otherRequest = self { true } else { false }
    }

    /// The run of this request, if it was run.
    var run: FinishedRun? {
        if case .run(let run) = self { run } else { nil }
    }
}

/// Why a request was not run.
package enum Rejection: String, Sendable, CaseIterable {
    /// Too many runs are in flight, or the machine is too busy.
    case overload
    /// The decision log cannot be written.
    case logUnavailable = "log_unavailable"
    /// The idempotency key was used with other content.
    case idempotencyConflict = "idempotency_conflict"
    /// The caller has exceeded its limits.
    case rateLimit = "rate_limit"
    /// The caller hung up before anything was sent.
    case callerGone = "caller_gone"
}
