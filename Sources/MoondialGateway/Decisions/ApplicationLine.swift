// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification

/// What one application's calls go through on one event loop: its client, and the breaker that all event loops share.
final class ApplicationLine: TokenReserver {
    let client: any AttemptSource
    let breaker: AccountBreaker
    private let eventLoop: any EventLoop

    init(client: any AttemptSource, breaker: AccountBreaker, eventLoop: any EventLoop) {
        self.client = client
        self.breaker = breaker
        self.eventLoop = eventLoop
    }

    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any RunHandle)? {
        completion(reservation)
        return nil
    }

    func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation? { reservation }

    private var reservation: TokenReservation {
        breaker.allowsCall(now: eventLoop.now) ? .granted : .refused(.accountBlocked)
    }
}
