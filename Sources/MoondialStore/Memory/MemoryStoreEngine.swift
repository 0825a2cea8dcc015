// SPDX-License-Identifier: MIT

import Dispatch
import NIOConcurrencyHelpers
package import NIOCore

/// Keeps entries in the memory of this process, for all its event loops. They are lost when the process ends.
///
/// When room is needed, the least recently used entries are evicted. Lists are never evicted, since an incomplete
/// blocklist would let blocked users in: a list that does not fit is not loaded.
package final class MemoryStoreEngine: StoreEngine {
    /// The maximum sizes. Bytes are estimates of the memory that the process uses.
    package struct Configuration: Sendable, Hashable {
        /// Values and counters. At least 1 MiB; the default is 64 MiB.
        package var entryBytes = 64 << 20
        /// Lists, including those that are being loaded. The default is 256 MiB.
        package var listBytes = 256 << 20

        /// Everything at its default.
        package init() {}
    }

    /// The current sizes, and the number of evictions.
    package struct Statistics: Sendable, Hashable {
        package var entries = 0
        package var entryBytes = 0
        package var listBytes = 0
        /// Entries that were evicted before they expired, since the start.
        package var evictions = 0
    }

    private let clock: StoreClock
    private let state: NIOLockedValueBox<MemoryState>

    /// An empty memory. The default clock is the time of day.
    package init(configuration: Configuration = Configuration(), clock: StoreClock = .system) {
        self.clock = clock
        state = NIOLockedValueBox(MemoryState(configuration: configuration))
    }

    package var description: String { "memory" }

    package func makeStore(on eventLoop: any EventLoop) -> any Store { MemoryStore(engine: self) }

    package func close() async {}

    package var statistics: Statistics { state.withLockedValue(\.statistics) }

    /// Executes a command at once, on any thread.
    package func execute(_ command: StoreCommand) -> Result<StoreReply, StoreError> {
        if let refusal = command.refusal { return .failure(refusal) }
        let now = clock.now
        return state.withLockedValue { state in
            do throws(StoreError) {
                return .success(try state.execute(command, at: now))
            } catch {
                return .failure(error)
            }
        }
    }
}

/// The store of one event loop. All share the entries of the engine, and answer inside the call.
private final class MemoryStore: Store {
    private let engine: MemoryStoreEngine
    private var isClosed = false

    init(engine: MemoryStoreEngine) {
        self.engine = engine
    }

    func perform(
        _ command: StoreCommand, deadline: NIODeadline,
        completion: @escaping (Result<StoreReply, StoreError>) -> Void
    ) {
        completion(execute(command))
    }

    func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>? { execute(command) }

    private func execute(_ command: StoreCommand) -> Result<StoreReply, StoreError> {
        isClosed ? .failure(.closed) : engine.execute(command)
    }

    func close() { isClosed = true }
}
