// SPDX-License-Identifier: MIT

/// One HTTP call to the service and its result.
///
/// A mismatch and a code without a verdict are answers, not errors: `error` is set only when no well-formed reply
/// came or its HTTP status contradicts it. A class, since copying a reference is cheaper than copying all properties.
package final class Attempt: Sendable {
    /// Where the request was sent.
    package let endpoint: Endpoint
    /// ``Verdict/match`` only for integer code 9000 in a well-formed reply under HTTP 2xx.
    package let verdict: Verdict
    /// The provider's result code. `nil` when no well-formed reply came.
    package let code: Int64?
    /// The provider's text for the code, as received. It is for display only; never branch on it.
    package let content: String?
    /// The provider's serial number. Needs all 64 bits: a double does not hold it.
    package let id: Int64?
    /// The correlation id that the provider echoed. Missing, null and empty are all `nil`.
    package let exID: String?
    /// The HTTP status, or `nil` when no HTTP reply came.
    package let httpStatus: Int?
    /// The error, or `nil`.
    package let error: AttemptError?
    /// Whether the provider has seen the request.
    package let delivered: Delivered
    /// Whether the provider charges for the attempt.
    package let billed: Billed
    /// The time from the call of `attempt` to its completion.
    package let elapsed: Duration

    /// Does not check that the values are consistent; those of ``VerificationClient`` are.
    package init(
        endpoint: Endpoint, verdict: Verdict, code: Int64?, content: String?, id: Int64?, exID: String?,
        httpStatus: Int?, error: AttemptError?, delivered: Delivered, billed: Billed, elapsed: Duration
    ) {
        self.endpoint = endpoint
        self.verdict = verdict
        self.code = code
        self.content = content
        self.id = id
        self.exID = exID
        self.httpStatus = httpStatus
        self.error = error
        self.delivered = delivered
        self.billed = billed
        self.elapsed = elapsed
    }
}

extension Attempt: Hashable {
    package static func == (one: Attempt, other: Attempt) -> Bool {
        one.endpoint == other.endpoint && one.verdict == other.verdict && one.code == other.code
            && one.content == other.content && one.id == other.id && one.exID == other.exID
            && one.httpStatus == other.httpStatus && one.error == other.error && one.delivered == other.delivered
            && one.billed == other.billed && one.elapsed == other.elapsed
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(endpoint)
        hasher.combine(code)
        hasher.combine(id)
        hasher.combine(elapsed)
    }
}

extension Attempt {
    /// An attempt that the caller cancelled.
    package static func cancelled(at endpoint: Endpoint, delivered: Delivered, elapsed: Duration) -> Attempt {
        let error = AttemptError(kind: .cancelled, message: "the run ended before the reply came", delivered: delivered)
        return Attempt(
            endpoint: endpoint, verdict: .unknown, code: nil, content: nil, id: nil, exID: nil, httpStatus: nil,
            error: error, delivered: delivered, billed: delivered == .no ? .no : .maybe, elapsed: elapsed)
    }
}
