// SPDX-License-Identifier: MIT

import JSON
package import MoondialStore
package import NIOCore

/// Whether names in a store are hashed with the key of this process.
///
/// Two processes with different keys share nothing that is about a phone or token, and neither would notice. So the first
/// that uses a store leaves an entry of the host's own that follows from its key, and the others compare.
package enum StoreKeyCheck: Sendable, Hashable {
    /// The entry is of this key.
    case same
    /// The entry is of another key.
    case different
    /// There is no entry.
    case missing
    /// The store does not say.
    case unknown(StoreError)
}

extension StoreNames {
    /// All processes find it: the name is not hashed.
    private var keyMark: StoreKey { StoreKey(namespace: ownNamespace, storedName: "hash-key") }

    /// The key does not follow from it.
    private var keyMarkValue: [UInt8] { JSONValue.string(hash(of: ["hash key"])).bytes }

    /// Makes this process the one whose key is right, whatever was there.
    package var keyReplacement: StoreCommand { .set(keyMark, value: keyMarkValue, lifetime: nil) }

    /// Compares the hash key with that of the store.
    ///
    /// - Parameters:
    ///   - store: Of these names. To be called on its event loop.
    ///   - leavesMark: Whether this process may be the first that uses the store. Then there is an entry afterwards.
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
