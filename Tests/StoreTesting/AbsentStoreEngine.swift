// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// A store in which every call fails as unavailable.
package struct AbsentStoreEngine: StoreEngine {
    private final class AbsentStore: Store {
        func perform(
            _ command: StoreCommand, deadline: NIODeadline,
            completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) { completion(.failure(StoreError(.unavailable, "away"))) }

        func close() {}
    }

    /// Creates the engine.
    package init() {}

    package var description: String { "absent" }

    package func makeStore(on eventLoop: any EventLoop) -> any Store { AbsentStore() }

    package func close() async {}
}
