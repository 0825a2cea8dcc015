// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

enum WallClock {
    /// Milliseconds since 1970-01-01 UTC.
    static func milliseconds() -> Int64 { milliseconds(ahead: .zero) }

    /// The same by a clock that is that much ahead.
    static func milliseconds(ahead offset: Duration) -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, attoseconds) = offset.components
        return (Int64(time.tv_sec) + seconds) * 1000 + Int64(time.tv_nsec) / 1_000_000
            + attoseconds / 1_000_000_000_000_000
    }
}
