// SPDX-License-Identifier: MIT

package import MoondialStore
import NIOConcurrencyHelpers

/// Whether the store answers, judged by the results of rules' and guards' calls. Shared by all event loops.
package final class StoreHealth: Sendable {
    private let lastFailure = NIOLockedValueBox<StoreError.Kind?>(nil)
    private let otherKey = NIOLockedValueBox(false)

    /// Before the first call, the store counts as working.
    package init() {}

    /// Why the store did not answer the last call; nil when it did.
    package var failure: StoreError.Kind? { lastFailure.withLockedValue { $0 } }

    /// Whether names in the store are hashed with another key than this gateway's, by the last comparison.
    package var hasOtherKey: Bool { otherKey.withLockedValue { $0 } }

    /// Notes the result of comparing the keys.
    ///
    /// - Returns: Whether the result has changed.
    func noteKey(differs: Bool) -> Bool {
        otherKey.withLockedValue { last in
            defer { last = differs }
            return last != differs
        }
    }

    /// Notes the result of a call; nil is success. Errors about the call itself count as an answer of the store.
    ///
    /// - Returns: Whether the store answers now; nil when that has not changed.
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
