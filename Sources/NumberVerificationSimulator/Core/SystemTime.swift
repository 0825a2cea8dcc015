// SPDX-License-Identifier: MIT

import Platform
import SwiftOverlayShims

/// The system's wall clock.
package enum SystemTime {
    /// The time since 1970-01-01 UTC.
    @Sendable
    package static func sinceEpoch() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
