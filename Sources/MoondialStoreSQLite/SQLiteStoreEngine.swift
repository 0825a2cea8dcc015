// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// Keeps entries in a file, for all processes of this host that use it.
///
/// A thread of its own works on the file: it executes all waiting commands in one transaction, so that they share one
/// commit. Changes that were answered survive the end of the process, also by `kill -9`; a power cut can lose the last
/// moments. Only the owner can read the file.
package final class SQLiteStoreEngine: StoreEngine {
    /// Limits of the engine.
    package struct Configuration: Sendable, Hashable {
        /// The path of the file, which is created if it is missing.
        package var path: String
        /// How large the file may become, at least 1 MiB. The default is 1 GiB.
        package var maximumBytes = 1 << 30
        /// The maximum number of commands that wait for the thread. The default is 16,384.
        package var maxWaiting = 16_384

        package init(path: String) {
            self.path = path
        }
    }

    let worker: SQLiteWorker

    /// The thread starts and opens the file when the first store is made. The default clock is the system's, which all
    /// processes share.
    package init(configuration: Configuration, clock: StoreClock = .system) {
        worker = SQLiteWorker(configuration: configuration, clock: clock)
    }

    package var description: String { "sqlite \(worker.configuration.path)" }

    package func makeStore(on eventLoop: any EventLoop) -> any Store {
        worker.start()
        return SQLiteStore(worker: worker, eventLoop: eventLoop)
    }

    package func close() async { await worker.close() }
}
