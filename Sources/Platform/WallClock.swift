// SPDX-License-Identifier: MIT

/// The system's time of day, which all processes of a host share. It may be set back.
package enum WallClock {
    /// Microseconds since 1970-01-01 UTC.
    @Sendable
    package static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Milliseconds since 1970-01-01 UTC.
    @Sendable
    package static func milliseconds() -> Int64 { microseconds() / 1000 }

    /// Milliseconds since 1970-01-01 UTC by a clock that is ahead by `offset`.
    package static func milliseconds(ahead offset: Duration) -> Int64 {
        milliseconds() + Int64(offset / .milliseconds(1))
    }

    /// The time since 1970-01-01 UTC.
    @Sendable
    package static func sinceEpoch() -> Duration { .microseconds(microseconds()) }
}
