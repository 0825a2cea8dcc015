// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore
import Synchronization

/// A store in which the first calls of some commands fail, after or without executing them.
package final class FaultyStoreEngine: StoreEngine {
    private final class FaultyStore: Store {
        private let store: any Store
        private let engine: FaultyStoreEngine

        init(_ store: any Store, _ engine: FaultyStoreEngine) {
            self.store = store
            self.engine = engine
        }

        func perform(
            _ command: StoreCommand, deadline: NIODeadline,
            completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) {
            guard engine.fails(command) else {
                return store.perform(command, deadline: deadline, completion: completion)
            }
            guard engine.executes else { return completion(.failure(.deadlinePassed)) }
            store.perform(command, deadline: deadline) { _ in completion(.failure(.deadlinePassed)) }
        }

        func close() { store.close() }
    }

    private let engine: any StoreEngine
    private let executes: Bool
    private let isAffected: @Sendable (StoreCommand) -> Bool
    private let left: Mutex<Int>
    private let seen = Mutex(0)

    /// - Parameters:
    ///   - engine: The engine that executes the commands.
    ///   - failures: How many calls fail with ``StoreError/Kind/timeout``.
    ///   - executes: Whether the failing calls are executed nevertheless.
    ///   - isAffected: Returns whether a command may fail.
    package init(
        _ engine: any StoreEngine, failures: Int, executes: Bool,
        isAffected: @escaping @Sendable (StoreCommand) -> Bool
    ) {
        self.engine = engine
        self.executes = executes
        self.isAffected = isAffected
        left = Mutex(failures)
    }

    package var description: String { engine.description }

    /// How many calls of affected commands were made.
    package var count: Int { seen.withLock { $0 } }

    package func makeStore(on eventLoop: any EventLoop) -> any Store {
        FaultyStore(engine.makeStore(on: eventLoop), self)
    }

    package func close() async { await engine.close() }

    private func fails(_ command: StoreCommand) -> Bool {
        guard isAffected(command) else { return false }
        seen.withLock { $0 += 1 }
        return left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
    }
}
