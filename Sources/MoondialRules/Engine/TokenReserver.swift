// SPDX-License-Identifier: MIT

package import NumberVerification

/// Decides, across runs, whether a token may be sent: a guard of tokens, a record of requests that were answered, a journal.
///
/// A run asks before each attempt, after its own rules have allowed it and before anything is sent. Used on the engine's
/// event loop.
package protocol TokenReserver: AnyObject {
    /// Answers once, in this call or later, on the event loop.
    ///
    /// - Returns: What gives the wait up when the run ends before the answer; nil when there is nothing to give up.
    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any RunHandle)?
}

/// The answer of a ``TokenReserver``.
package enum TokenReservation: Sendable, Hashable {
    /// The request may be sent now.
    case granted
    /// The request is not sent, for this reason.
    case refused(Guard)
}
