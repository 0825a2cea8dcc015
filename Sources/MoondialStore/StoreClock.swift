// SPDX-License-Identifier: MIT

import Platform

/// A point in time for stores: microseconds since 1970.
package struct StoreTime: Sendable, Hashable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (left: StoreTime, right: StoreTime) -> Bool { left.microseconds < right.microseconds }

    package static func + (time: StoreTime, lifetime: StoreLifetime) -> StoreTime {
        StoreTime(microseconds: time.microseconds + lifetime.milliseconds * 1000)
    }
}

/// The clock of engines inside this host. Tests and scripts use a clock that they can set.
package struct StoreClock: Sendable {
    private let read: @Sendable () -> StoreTime

    package init(_ read: @escaping @Sendable () -> StoreTime) {
        self.read = read
    }

    package var now: StoreTime { read() }

    /// The system's clock, which all processes of a host share. It may be set back.
    package static let system = StoreClock { StoreTime(microseconds: WallClock.microseconds()) }
}
