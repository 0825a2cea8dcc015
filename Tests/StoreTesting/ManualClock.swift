// SPDX-License-Identifier: MIT

package import MoondialStore
import Synchronization

/// A clock that only the test advances.
package final class ManualClock: Sendable {
    private let microseconds = Mutex<Int64>(1_700_000_000_000_000)

    package init() {}

    package var clock: StoreClock { StoreClock { [self] in StoreTime(microseconds: microseconds.withLock { $0 }) } }

    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        microseconds.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }
}
