// SPDX-License-Identifier: MIT

import MoondialStore

/// The natural day by which the provider counts: that of UTC+8.
struct ProviderDay: Hashable {
    private static let millisecondsPerDay: Int64 = 86_400_000
    private static let offset: Int64 = 8 * 3_600_000

    /// Days since 1970 in that zone.
    let number: Int64
    /// The time until the day ends: from 1 ms to 24 h.
    let rest: Duration

    /// - Parameter milliseconds: Since 1970.
    init(milliseconds: Int64) {
        let local = milliseconds + Self.offset
        let part = ((local % Self.millisecondsPerDay) + Self.millisecondsPerDay) % Self.millisecondsPerDay
        number = (local - part) / Self.millisecondsPerDay
        rest = .milliseconds(Self.millisecondsPerDay - part)
    }

    /// How long a counter of the day is kept: an hour longer than the day, for hosts whose clocks differ.
    var lifetime: StoreLifetime? { StoreLifetime(rest + .seconds(3600)) }
}
