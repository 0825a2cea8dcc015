// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification

/// The client of one application on one event loop, with what can refuse its calls: breaker, caps and budget. The breaker
/// is shared by all event loops.
final class GuardedClient: TokenReserver {
    /// The client itself, which no check guards.
    let attempts: any AttemptSource
    let breaker: AccountBreaker
    /// Caps and budget; nil when none is configured.
    private let callGuard: CallGuard?
    private let eventLoop: any EventLoop

    init(attempts: any AttemptSource, breaker: AccountBreaker, callGuard: CallGuard?, eventLoop: any EventLoop) {
        self.attempts = attempts
        self.breaker = breaker
        self.callGuard = callGuard
        self.eventLoop = eventLoop
    }

    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? { reserve(request, caller: nil, completion) }

    /// Asks the breaker first, since it needs no store, then caps and budget.
    fileprivate func reserve(
        _ request: VerificationRequest, caller: String?, _ completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? {
        let answer = breakerAnswer
        guard answer == .granted, let callGuard else {
            completion(answer)
            return nil
        }
        return callGuard.reserve(request, caller: caller, completion: completion)
    }

    /// The reserver that a run of the caller asks before each call.
    func reserver(for caller: Caller) -> any TokenReserver {
        callGuard?.settings.budget.perCaller == nil ? self : CallerReserver(client: self, caller: caller.name)
    }

    func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation? {
        callGuard == nil ? breakerAnswer : nil
    }

    private var breakerAnswer: TokenReservation {
        breaker.allowsCall(now: eventLoop.now) ? .granted : .refused(.accountBlocked)
    }
}

/// Asks a ``GuardedClient`` on behalf of one caller, who has a budget of its own.
private final class CallerReserver: TokenReserver {
    private let client: GuardedClient
    private let caller: String

    init(client: GuardedClient, caller: String) {
        self.client = client
        self.caller = caller
    }

    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? { client.reserve(request, caller: caller, completion) }
}
