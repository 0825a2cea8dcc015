// SPDX-License-Identifier: MIT

import NumberVerificationSimulator

enum WallClock {
    /// Milliseconds since 1970-01-01 UTC.
    static func milliseconds() -> Int64 { milliseconds(ahead: .zero) }

    /// The same by a clock that is that much ahead.
    static func milliseconds(ahead offset: Duration) -> Int64 {
        let (seconds, attoseconds) = (SystemTime.sinceEpoch() + offset).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
