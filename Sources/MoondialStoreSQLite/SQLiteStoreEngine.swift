// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore

/// Keeps everything in a file, for all processes of this host that use it.
///
/// A thread of its own works on the file: it executes what waits in one transaction, so that many commands share one commit.
/// What was answered survives the end of the process, also by `kill -9`; a power cut can lose the last moments. The file is
/// readable by its owner only.
package final class SQLiteStoreEngine: StoreEngine {
    /// Limits of the engine.
    package struct Configuration: Sendable, Hashable {
        /// Where the file is, or is made.
        package var path: String
        /// How large the file may become, at least 1 MiB. The default is 1 GiB.
        package var maximumBytes = 1 << 30
        /// Commands that wait for the thread. The default is 16,384.
        package var maxWaiting = 16_384

        package init(path: String) {
            self.path = path
        }
    }

    let worker: SQLiteWorker

    /// Starts its thread with the first store, and opens the file with the first command. The default clock is the time of
    /// day, which all processes share.
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
