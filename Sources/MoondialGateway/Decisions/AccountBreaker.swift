// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
package import NIOCore

/// Stops calls for an application whose account cannot be used at the provider: no credit, blocked, quota used up, wrong
/// credentials. One call per interval is let through to find out whether that has changed.
///
/// Shared by all event loops.
package final class AccountBreaker: Sendable {
    /// The codes after which every further call would fail.
    package static let blockingCodes: Set<Int64> = [9007, 9011, 9014, 9018, 9031]

    private static let formCodes: Set<Int64> = [9010, 9012, 9013, 9015]

    package enum State: Sendable, Hashable {
        case closed
        /// Open since the provider replied with this code.
        case open(code: Int64)
    }

    private struct Memory {
        var state = State.closed
        var nextProbe = NIODeadline.uptimeNanoseconds(0)
    }

    private let memory = NIOLockedValueBox(Memory())
    private let interval: TimeAmount

    /// `interval` is the time between two calls that are let through.
    package init(interval: TimeAmount) { self.interval = interval }

    package var state: State { memory.withLockedValue { $0.state } }

    /// Whether a call may be made now. Allows one per interval while the breaker is open.
    package func allowsCall(now: NIODeadline) -> Bool {
        memory.withLockedValue { memory in
            if memory.state == .closed { return true }
            guard now >= memory.nextProbe else { return false }
            memory.nextProbe = now + interval
            return true
        }
    }

    /// Notes the code of a reply of the provider. Codes about the form of a request are ignored: they say nothing about
    /// the account.
    ///
    /// - Returns: The new state, if it has changed.
    package func note(code: Int64, now: NIODeadline) -> State? {
        if Self.formCodes.contains(code) { return nil }
        let isBlocked = Self.blockingCodes.contains(code)
        return memory.withLockedValue { memory in
            let next = isBlocked ? State.open(code: code) : .closed
            if isBlocked, memory.state == .closed { memory.nextProbe = now + interval }
            guard next != memory.state else { return nil }
            memory.state = next
            return next
        }
    }
}
