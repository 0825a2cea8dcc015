// SPDX-License-Identifier: MIT

import Dispatch
import NIOConcurrencyHelpers

/// A value that is given on one thread and awaited on another.
final class BlockingPromise<Value: Sendable>: Sendable {
    private let value = NIOLockedValueBox<Value?>(nil)
    private let isGiven = DispatchSemaphore(value: 0)

    /// To be called once.
    func give(_ value: Value) {
        self.value.withLockedValue { $0 = value }
        isGiven.signal()
    }

    /// To be called once.
    ///
    /// - Returns: nil when the time comes first.
    func wait(until time: DispatchTime = .distantFuture) -> Value? {
        guard isGiven.wait(timeout: time) == .success else { return nil }
        return value.withLockedValue { $0 }
    }
}
