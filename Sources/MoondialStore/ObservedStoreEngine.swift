// SPDX-License-Identifier: MIT

package import NIOCore

/// A store that reports the result of each call.
package final class ObservedStoreEngine: StoreEngine {
    private let engine: any StoreEngine
    private let observe: @Sendable (StoreError.Kind?) -> Void

    /// - Parameters:
    ///   - engine: The engine that executes the calls.
    ///   - observe: Called after each call with the kind of its error, or nil. Runs on the event loop of the call.
    package init(_ engine: any StoreEngine, observe: @escaping @Sendable (StoreError.Kind?) -> Void) {
        self.engine = engine
        self.observe = observe
    }

    package var description: String { engine.description }

    package func makeStore(on eventLoop: any EventLoop) -> any Store {
        ObservedStore(engine.makeStore(on: eventLoop), observe)
    }

    package func close() async { await engine.close() }
}

private final class ObservedStore: Store {
    private let store: any Store
    private let observe: @Sendable (StoreError.Kind?) -> Void

    init(_ store: any Store, _ observe: @escaping @Sendable (StoreError.Kind?) -> Void) {
        self.store = store
        self.observe = observe
    }

    func perform(
        _ command: StoreCommand, deadline: NIODeadline,
        completion: @escaping (Result<StoreReply, StoreError>) -> Void
    ) {
        store.perform(command, deadline: deadline) { [self] result in
            note(result)
            completion(result)
        }
    }

    func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>? {
        let result = store.answer(command)
        if let result { note(result) }
        return result
    }

    private func note(_ result: Result<StoreReply, StoreError>) {
        if case .failure(let error) = result { observe(error.kind) } else { observe(nil) }
    }

    func close() { store.close() }
}
