// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// A store on an event loop, used by tests from outside of the loop.
package final class StoreCaller: Sendable {
    private let eventLoop: any EventLoop
    private let store: NIOLoopBound<any Store>

    private init(eventLoop: any EventLoop, store: NIOLoopBound<any Store>) {
        self.eventLoop = eventLoop
        self.store = store
    }

    /// A store of an engine on an event loop.
    package static func open(_ engine: any StoreEngine, on eventLoop: any EventLoop) async throws -> StoreCaller {
        try await eventLoop.submit {
            StoreCaller(
                eventLoop: eventLoop, store: NIOLoopBound(engine.makeStore(on: eventLoop), eventLoop: eventLoop))
        }.get()
    }

    /// Executes a command. The default timeout is 10 s: tests of deadlines give their own.
    package func result(
        of command: StoreCommand, timeout: TimeAmount = .seconds(10)
    ) async -> Result<StoreReply, StoreError> {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                store.value.perform(command, deadline: .now() + timeout) { continuation.resume(returning: $0) }
            }
        }
    }

    /// The replies to many commands that are in flight together, in their order.
    package func results(
        of commands: [StoreCommand], timeout: TimeAmount = .seconds(30)
    ) async -> [Result<StoreReply, StoreError>] {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                var results: [Result<StoreReply, StoreError>?] = Array(repeating: nil, count: commands.count)
                var missing = commands.count
                if missing == 0 { return continuation.resume(returning: []) }
                for (index, command) in commands.enumerated() {
                    store.value.perform(command, deadline: .now() + timeout) { result in
                        results[index] = result
                        missing -= 1
                        if missing == 0 { continuation.resume(returning: results.compactMap { $0 }) }
                    }
                }
            }
        }
    }

    package func close() async throws {
        try await eventLoop.submit { [self] in store.value.close() }.get()
    }
}
