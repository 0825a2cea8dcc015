// SPDX-License-Identifier: MIT

import JSON
package import MoondialStore
package import NIOCore

/// Whether names in a store are hashed with the key of this process.
///
/// Two processes with different keys share no entries that are about a phone or token, and neither would notice. So the
/// first process that uses a store leaves a host entry that is derived from its key, and the others compare.
package enum StoreKeyCheck: Sendable, Hashable {
    /// The entry was made with this key.
    case same
    /// The entry was made with another key.
    case different
    /// There is no entry.
    case missing
    /// The store did not answer.
    case unknown(StoreError)
}

extension StoreNames {
    /// The key of the entry. The name is not hashed, so that all processes find the entry.
    private var keyMark: StoreKey { StoreKey(namespace: ownNamespace, storedName: "hash-key") }

    /// The value of the entry, from which the hash key cannot be computed.
    private var keyMarkValue: [UInt8] { JSONValue.string(hash(of: ["hash key"])).bytes }

    /// Replaces the entry, so that the key of this process becomes the right one.
    package var keyReplacement: StoreCommand { .set(keyMark, value: keyMarkValue, lifetime: nil) }

    /// Compares the hash key with that of the store.
    ///
    /// - Parameters:
    ///   - store: The store with these names. To be called on its event loop.
    ///   - leavesMark: Whether to add the entry if it is missing: this process may be the first that uses the store.
    ///   - timeout: How long each of two calls may take.
    ///   - completion: Called once, in this call or later.
    package func checkKey(
        in store: any Store, leavesMark: Bool, timeout: TimeAmount, completion: @escaping (StoreKeyCheck) -> Void
    ) {
        guard leavesMark else { return compareKey(in: store, timeout: timeout, completion) }
        let command = StoreCommand.add(keyMark, value: keyMarkValue, lifetime: nil)
        store.perform(command, deadline: .now() + timeout) { [self] result in
            switch result {
            case .success(.flag(true)): completion(.same)
            case .success: compareKey(in: store, timeout: timeout, completion)
            case .failure(let error): completion(.unknown(error))
            }
        }
    }

    private func compareKey(
        in store: any Store, timeout: TimeAmount, _ completion: @escaping (StoreKeyCheck) -> Void
    ) {
        let expected = keyMarkValue
        store.perform(.get(keyMark), deadline: .now() + timeout) { result in
            switch result {
            case .success(.value(let found?)): completion(found == expected ? .same : .different)
            case .success: completion(.missing)
            case .failure(let error): completion(.unknown(error))
            }
        }
    }
}
