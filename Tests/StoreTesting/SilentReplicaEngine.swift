// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// A store whose replicas never confirm a write. As on a connection of Redis, a call that waits for replicas delays all
/// later calls of the same store.
package final class SilentReplicaEngine: StoreEngine {
    private final class HeldStore: Store {
        private let store: any Store
        private var held: [() -> Void] = []

        init(_ store: any Store) { self.store = store }

        func perform(
            _ command: StoreCommand, deadline: NIODeadline,
            completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) {
            if case .waitForReplicas = command { return held.append { completion(.failure(.closed)) } }
            guard held.isEmpty else { return held.append { completion(.failure(.closed)) } }
            store.perform(command, deadline: deadline, completion: completion)
        }

        func close() {
            store.close()
            while !held.isEmpty { held.removeFirst()() }
        }
    }

    private let engine = MemoryStoreEngine()

    package init() {}

    package var description: String { engine.description }

    package func makeStore(on eventLoop: any EventLoop) -> any Store { HeldStore(engine.makeStore(on: eventLoop)) }

    package func close() async { await engine.close() }
}
