// SPDX-License-Identifier: MIT

package import NumberVerification

/// Decides, across runs, whether a token may be sent: a guard of tokens, a record of requests that were answered, a journal.
///
/// A run asks before each attempt, after its own rules have allowed it and before anything is sent. Used on the engine's
/// event loop.
package protocol TokenReserver: AnyObject {
    /// Answers once, in this call or later, on the event loop. An answer that comes after the wait was given up is dropped.
    ///
    /// - Returns: What gives the wait up when the answer is no longer needed; nil when there is nothing to give up.
    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any RunHandle)?

    /// The answer, where it takes no wait to know it; nil means that ``reserve(_:at:for:completion:)`` is to be asked. The
    /// default is nil.
    func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation?
}

extension TokenReserver {
    package func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation? { nil }
}

/// The answer of a ``TokenReserver``.
package enum TokenReservation: Sendable, Hashable {
    /// The request may be sent now.
    case granted
    /// The request is not sent, for this reason.
    case refused(Guard)
}

/// One question to a ``TokenReserver``. It is answered at once, or later unless it was given up before.
final class TokenQuestion: RunHandle {
    /// The answer, if it came at once.
    private(set) var answer: TokenReservation?
    private var later: ((TokenReservation) -> Void)?
    private var wait: (any RunHandle)?

    /// Asks. Without a reserver, all is granted at once.
    init(
        to reserver: (any TokenReserver)?, about request: VerificationRequest, at endpoint: Endpoint,
        for run: RunContext, later: @escaping (TokenReservation) -> Void
    ) {
        guard let reserver else {
            answer = .granted
            return
        }
        wait = reserver.reserve(request, at: endpoint, for: run) { [weak self] in self?.take($0) }
        if answer == nil { self.later = later } else { wait = nil }
    }

    private func take(_ answer: TokenReservation) {
        guard let later else {
            self.answer = answer
            return
        }
        self.later = nil
        wait = nil
        later(answer)
    }

    func cancel() {
        later = nil
        wait?.cancel()
        wait = nil
    }
}
