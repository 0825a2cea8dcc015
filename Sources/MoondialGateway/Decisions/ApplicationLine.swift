// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification

/// What one application's calls go through on one event loop: its client, and the breaker that all event loops share.
final class ApplicationLine: TokenReserver {
    let client: any AttemptSource
    let breaker: AccountBreaker
    /// Nil: nothing is guarded.
    private let callGuard: CallGuard?
    private let eventLoop: any EventLoop

    init(client: any AttemptSource, breaker: AccountBreaker, callGuard: CallGuard?, eventLoop: any EventLoop) {
        self.client = client
        self.breaker = breaker
        self.callGuard = callGuard
        self.eventLoop = eventLoop
    }

    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? { reserve(request, caller: nil, completion) }

    /// The breaker first: it costs nothing.
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

    /// What a run of that caller asks before each call.
    func reserver(for caller: Caller) -> any TokenReserver {
        callGuard?.settings.budget.perCaller == nil ? self : CallerLine(line: self, caller: caller.name)
    }

    func reserveNow(_ request: VerificationRequest, at endpoint: Endpoint) -> TokenReservation? {
        callGuard == nil ? breakerAnswer : nil
    }

    private var breakerAnswer: TokenReservation {
        breaker.allowsCall(now: eventLoop.now) ? .granted : .refused(.accountBlocked)
    }
}

/// The line of an application, for one caller.
private final class CallerLine: TokenReserver {
    private let line: ApplicationLine
    private let caller: String

    init(line: ApplicationLine, caller: String) {
        self.line = line
        self.caller = caller
    }

    func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? { line.reserve(request, caller: caller, completion) }
}
