// SPDX-License-Identifier: MIT

package import MoondialStore
import NIOConcurrencyHelpers

/// Whether the store answers, from the calls that are made anyway. Shared by all event loops.
package final class StoreHealth: Sendable {
    private let lastFailure = NIOLockedValueBox<StoreError.Kind?>(nil)
    private let otherKey = NIOLockedValueBox(false)

    /// Nothing is known yet: the store counts as well.
    package init() {}

    /// Why the last call failed for want of the store; nil when the last one was answered.
    package var failure: StoreError.Kind? { lastFailure.withLockedValue { $0 } }

    /// Whether names in the store are hashed with another key than that of this gateway, as far as is known.
    package var hasOtherKey: Bool { otherKey.withLockedValue { $0 } }

    /// The keys were compared.
    ///
    /// - Returns: Whether that has changed anything.
    func noteKey(differs: Bool) -> Bool {
        otherKey.withLockedValue { last in
            defer { last = differs }
            return last != differs
        }
    }

    /// A call has ended. What is wrong with the call itself says nothing about the store.
    ///
    /// - Returns: What has changed: whether the store answers now. Nil when nothing has.
    func note(_ kind: StoreError.Kind?) -> Bool? {
        let failure: StoreError.Kind? =
            switch kind {
            case .unavailable, .timeout, .full: kind
            case .valueTooLarge, .notAnInteger, .noSuchList, nil: nil
            }
        return lastFailure.withLockedValue { last in
            defer { last = failure }
            return (last == nil) == (failure == nil) ? nil : failure == nil
        }
    }
}
