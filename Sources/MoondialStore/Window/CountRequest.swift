// SPDX-License-Identifier: MIT

/// A request to count an amount in a sliding window with a limit.
package struct CountRequest: Sendable, Hashable {
    /// The range of a limit or a cost.
    package static let amounts: ClosedRange<Int64> = 0...1_000_000_000_000
    /// The range of a window: 1 ms to 400 days.
    package static let windows: ClosedRange<Duration> =
        .microseconds(windowsMicroseconds.lowerBound) ... .microseconds(windowsMicroseconds.upperBound)
    private static let windowsMicroseconds: ClosedRange<Int64> = 1000...400 * 86_400 * 1_000_000

    /// The most that may be counted in any window.
    package let limit: Int64
    /// The length of the window in microseconds. Windows of different lengths are counted apart under the same key.
    package let windowMicroseconds: Int64
    /// The amount that this call counts. With 0 nothing is counted: the reply says how much is used.
    package let cost: Int64

    /// Nil when a number is out of its range, ``amounts`` or ``windows``.
    package init?(limit: Int64, window: Duration, cost: Int64 = 1) {
        guard Self.windows.contains(window) else { return nil }
        self.init(limit: limit, windowMicroseconds: Self.microseconds(of: window), cost: cost)
    }

    /// The whole microseconds of a window; the rest is left out.
    package static func microseconds(of window: Duration) -> Int64 {
        let (seconds, attoseconds) = window.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// A request with a window in microseconds. Nil when a number is out of its range.
    package init?(limit: Int64, windowMicroseconds: Int64, cost: Int64) {
        guard Self.amounts.contains(limit), Self.amounts.contains(cost),
            Self.windowsMicroseconds.contains(windowMicroseconds)
        else { return nil }
        self.limit = limit
        self.cost = cost
        self.windowMicroseconds = windowMicroseconds
    }
}

/// The result of a ``CountRequest``.
package struct CountResult: Sendable, Hashable {
    /// Whether the cost was within the limit. Only then was it counted.
    package let allowed: Bool
    /// The amount that is counted in the window that ends now, including this call. It can exceed a limit that was
    /// lowered.
    package let used: Int64
    /// The limit of the request.
    package let limit: Int64
    /// The time after which the same request would be allowed, if nothing else is counted until then. Nil if the
    /// request was allowed, and if the cost is more than the limit.
    package let retryAfter: Duration?

    package init(allowed: Bool, used: Int64, limit: Int64, retryAfter: Duration?) {
        self.allowed = allowed
        self.used = used
        self.limit = limit
        self.retryAfter = retryAfter
    }
}
