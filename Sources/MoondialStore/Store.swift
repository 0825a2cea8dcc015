// SPDX-License-Identifier: MIT

package import NIOCore

/// What rules remember, for one event loop: counters, values and lists.
///
/// Every call is made on the store's event loop, and every completion runs there. No call waits for a lock that is held
/// during I/O, for a disk or for a network.
package protocol Store: AnyObject {
    /// Executes a command, at most once.
    ///
    /// - Parameters:
    ///   - command: One atomic step.
    ///   - deadline: When the call fails with ``StoreError/Kind/timeout`` at the latest, to the millisecond. The command may
    ///     be executed all the same.
    ///   - completion: Called exactly once: in this call or later.
    func perform(
        _ command: StoreCommand, deadline: NIODeadline,
        completion: @escaping (Result<StoreReply, StoreError>) -> Void)

    /// Executes a command whose answer takes no wait, at most once. The default never does.
    ///
    /// - Returns: Nil when nothing was executed: then ``perform(_:deadline:completion:)`` is to be called.
    func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>?

    /// What is in flight fails with ``StoreError/Kind/unavailable`` before this returns, and so does a later call.
    func close()
}

extension Store {
    package func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>? { nil }
}

/// Where the entries are: in this process, in a file, on a server. Makes the stores of event loops.
package protocol StoreEngine: Sendable {
    /// For messages and metrics; holds no password.
    var description: String { get }

    /// A store for one event loop, called on it. Close the store when done with it.
    func makeStore(on eventLoop: any EventLoop) -> any Store

    /// Releases what the engine holds: threads, files. Call it once, after all its stores are closed.
    func close() async
}
