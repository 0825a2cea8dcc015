// SPDX-License-Identifier: MIT

import NumberVerification

/// One attempt of a run, in flight or ended.
struct AttemptRecord: Sendable {
    enum State: Sendable {
        case inFlight
        case ended(Attempt)
    }

    let endpoint: Endpoint
    /// What was sent, if a hook made the attempt; nil for the request of the run.
    let raw: VerificationRequest?
    let start: Duration
    var state: State

    var isRaw: Bool { raw != nil }

    /// Nil while the attempt is in flight.
    var attempt: Attempt? {
        if case .ended(let attempt) = state { attempt } else { nil }
    }

    var isInFlight: Bool {
        if case .inFlight = state { true } else { false }
    }

    /// Whether its token is spent, or may be. While the attempt is in flight, it may be.
    var maySpend: Bool { attempt?.tokenState.mayBeSpent ?? true }
}

extension [AttemptRecord] {
    /// The last attempt of the run itself that has ended.
    var lastOwnAttempt: Attempt? {
        for index in indices.reversed() where !self[index].isRaw && !self[index].isInFlight {
            return self[index].attempt
        }
        return nil
    }
}
