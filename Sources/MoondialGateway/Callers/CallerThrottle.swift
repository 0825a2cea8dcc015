// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
package import NIOCore

/// Keeps each caller within its share: so many requests a second, and so many at once. Shared by all event loops.
package final class CallerThrottle: Sendable {
    /// What each caller may do. Nil means no limit.
    package struct Limits: Sendable, Hashable {
        /// Requests a second. As many may come at once after a pause of a second.
        package var rate: Int?
        /// Requests that wait for their reply.
        package var concurrency: Int?

        /// No limits.
        package init() {}

        var areOff: Bool { rate == nil && concurrency == nil }
    }

    private struct Account {
        /// Requests that may come now.
        var allowance: Double
        var counted: NIODeadline
        var inFlight = 0
    }

    private let limits: Limits
    private let accounts = NIOLockedValueBox<[String: Account]>([:])

    package init(_ limits: Limits) { self.limits = limits }

    /// Asks for a request of a caller. One that is granted is reported with ``end(_:)`` when it has its reply.
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

    /// A request that was granted has its reply.
    package func end(_ caller: Caller) {
        if limits.areOff { return }
        accounts.withLockedValue { $0[caller.name]?.inFlight -= 1 }
    }
}
