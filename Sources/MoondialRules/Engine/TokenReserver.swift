// SPDX-License-Identifier: MIT

package import NumberVerification

/// Decides, across runs, whether a token may be sent: for example a guard of tokens, a record of answered requests, or
/// a journal.
///
/// A run asks before each attempt, after its own rules have allowed it and before anything is sent. Used on the engine's
/// event loop.
package protocol TokenReserver: AnyObject {
    /// Answers once, in this call or later, on the event loop. An answer after the question was cancelled is dropped.
    ///
    /// - Returns: What is held for the request; nil when there is nothing to cancel or to settle.
    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)?

    /// The answer, if it is known without a wait and nothing is held. Nil, the default, means that
    /// ``reserve(_:at:for:completion:)`` has to be called.
    func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation?
}

extension TokenReserver {
    package func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation? { nil }
}

/// What a ``TokenReserver`` holds for one request.
package protocol TokenHold: RunHandle {
    /// Reports the result of a request that was sent, or that was cancelled while in flight. Called at most once, and
    /// not after ``RunHandle/cancel()``, which says that the answer is not needed or the request was not sent.
    func settle(_ attempt: Attempt)
}

/// The answer of a ``TokenReserver``.
package enum TokenReservation: Sendable, Hashable {
    /// The request may be sent now.
    case granted
    /// The request is not sent, for this reason.
    case refused(Guard)
}

/// One question to a ``TokenReserver``, and what is held after its answer. The answer comes at once, or later unless
/// the question was cancelled before.
final class TokenQuestion: TokenHold {
    /// The answer, if it came at once.
    private(set) var answer: TokenReservation?
    private var later: ((TokenReservation) -> Void)?
    private var hold: (any TokenHold)?

    /// Asks. Without a reserver, all is granted at once.
    init(
        to reserver: (any TokenReserver)?, about request: VerificationRequest, at endpoint: Endpoint,
        for run: RunContext, later: @escaping (TokenReservation) -> Void
    ) {
        guard let reserver else {
            answer = .granted
            return
        }
        hold = reserver.reserve(request, at: endpoint, for: run) { [weak self] in self?.take($0) }
        if answer == nil { self.later = later }
    }

    private func take(_ answer: TokenReservation) {
        guard let later else {
            self.answer = answer
            return
        }
        self.later = nil
        later(answer)
    }

    func cancel() {
        later = nil
        hold?.cancel()
        hold = nil
    }

    func settle(_ attempt: Attempt) {
        hold?.settle(attempt)
        hold = nil
    }
}
