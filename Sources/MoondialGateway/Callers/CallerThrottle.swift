// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
package import NIOCore

/// Limits each caller's requests per second and requests at once. Shared by all event loops.
package final class CallerThrottle: Sendable {
    /// What each caller may do. Nil means no limit.
    package struct Limits: Sendable, Hashable {
        /// Requests per second. After a pause of a second, the same number may come at once.
        package var rate: Int?
        /// Requests that wait for their reply at the same time.
        package var concurrency: Int?

        /// No limits.
        package init() {}

        var areOff: Bool { rate == nil && concurrency == nil }
    }

    private struct Account {
        /// The number of requests that are allowed now.
        var allowance: Double
        var counted: NIODeadline
        var inFlight = 0
    }

    private let limits: Limits
    private let accounts = NIOLockedValueBox<[String: Account]>([:])

    package init(_ limits: Limits) { self.limits = limits }

    /// Whether a request of the caller is allowed now. If so, ``end(_:)`` must be called when the request has its
    /// reply.
    package func begin(_ caller: Caller, now: NIODeadline) -> Bool {
        if limits.areOff { return true }
        return accounts.withLockedValue { accounts in
            let rate = Double(limits.rate ?? 0)
            var account = accounts[caller.name] ?? Account(allowance: rate, counted: now)
            defer { accounts[caller.name] = account }
            if limits.rate != nil {
                let seconds = Double((now - account.counted).nanoseconds) / 1e9
                account.allowance = min(rate, account.allowance + seconds * rate)
                account.counted = now
                guard account.allowance >= 1 else { return false }
            }
            if let concurrency = limits.concurrency, account.inFlight >= concurrency { return false }
            account.allowance -= 1
            account.inFlight += 1
            return true
        }
    }

    /// To be called when a request that ``begin(_:now:)`` allowed has its reply.
    package func end(_ caller: Caller) {
        if limits.areOff { return }
        accounts.withLockedValue { $0[caller.name]?.inFlight -= 1 }
    }
}
