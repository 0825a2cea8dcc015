// SPDX-License-Identifier: MIT

package import NumberVerification

/// The result of one run.
///
/// The properties are for Lua and for the caller's reply. They hold the values of rules and provider, unredacted.
/// Output that is printed or written goes through ``json(target:)``.
package final class RunResult: Sendable {
    package let decision: Decision
    /// Why the decision was made.
    package let why: DecisionReason
    /// From the start of the run to its end; to the present while `on_decision` hooks run.
    package let elapsed: Duration

    /// Every attempt in the order in which they were started, those of `moondial.attempt` included.
    package let attempts: [RunAttempt]
    /// The last attempt of the run itself, without raw attempts; nil when there was none.
    package let lastAttempt: Attempt?

    private let context: RunContext

    init(decision: Decision, why: DecisionReason, records: [AttemptRecord], elapsed: Duration, context: RunContext) {
        self.decision = decision
        self.why = why
        attempts = records.compactMap { record in
            record.attempt.map { RunAttempt(attempt: $0, isRaw: record.isRaw, start: record.start) }
        }
        lastAttempt = records.lastOwnAttempt
        self.elapsed = elapsed
        self.context = context
    }

    /// Removes the secrets of the run from texts.
    package var redactor: Redactor { context.redactor }

    /// The correlation id of the request. The provider's echo is in the attempts; replies with an error have none.
    package var exID: String? { context.request.exID }
    package var traceID: TraceID { context.traceID }
    /// The revision of the rulebook.
    package var revision: String { context.outline.revision }

    /// Unknown when no attempt was made.
    package var verdict: Verdict { lastAttempt?.verdict ?? .unknown }
    /// The provider's code. This property and the next three are those of the last attempt: nil when there was no
    /// attempt, or when it has no such value.
    package var code: Int64? { lastAttempt?.code }
    package var content: String? { lastAttempt?.content }
    package var id: Int64? { lastAttempt?.id }
    package var endpoint: Endpoint? { lastAttempt?.endpoint }
}

/// One attempt within a run.
package struct RunAttempt: Sendable, Hashable {
    package let attempt: Attempt
    /// True for an attempt that a hook made with `moondial.attempt`. It may be about another phone.
    package let isRaw: Bool
    /// When it was started, since the start of the run.
    package let start: Duration
}
