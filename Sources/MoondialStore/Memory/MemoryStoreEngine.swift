// SPDX-License-Identifier: MIT

import Dispatch
import NIOConcurrencyHelpers
package import NIOCore

/// Keeps everything in this process, for all its event loops; it is lost with the process.
///
/// What was used least recently goes first when room is needed. Lists never go, for a blocklist with a hole lets strangers in:
/// a list that finds no room is not loaded.
package final class MemoryStoreEngine: StoreEngine {
    /// How much may be held. Bytes are estimates of what the process uses.
    package struct Configuration: Sendable, Hashable {
        /// Values and counters. At least 1 MiB; the default is 64 MiB.
        package var entryBytes = 64 << 20
        /// Lists, those being loaded included. The default is 256 MiB.
        package var listBytes = 256 << 20

        /// Everything at its default.
        package init() {}
    }

    /// What is held, and what had to go.
    package struct Statistics: Sendable, Hashable {
        package var entries = 0
        package var entryBytes = 0
        package var listBytes = 0
        /// Entries that were forgotten before their time, since the start.
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

/// The same entries on every event loop; answers inside the call.
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
