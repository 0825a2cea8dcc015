// SPDX-License-Identifier: MIT

package import NIOCore

/// The counters, values and lists of rules, for one event loop.
///
/// All methods are called on the store's event loop, and all completions run there. No method blocks on I/O, or on a
/// lock that is held during I/O.
package protocol Store: AnyObject {
    /// Executes a command, at most once.
    ///
    /// - Parameters:
    ///   - command: One atomic step.
    ///   - deadline: When the call fails with ``StoreError/Kind/timeout`` at the latest, to the millisecond. The command may
    ///     still be executed.
    ///   - completion: Called exactly once: in this call or later.
    func perform(
        _ command: StoreCommand, deadline: NIODeadline,
        completion: @escaping (Result<StoreReply, StoreError>) -> Void)

    /// Executes a command at most once, if it can be answered without waiting. The default implementation never
    /// executes it.
    ///
    /// - Returns: Nil when nothing was executed; call ``perform(_:deadline:completion:)`` then.
    func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>?

    /// Closes the store. Calls in flight fail with ``StoreError/Kind/unavailable`` before this returns, and later calls
    /// fail in the same way.
    func close()
}

extension Store {
    package func answer(_ command: StoreCommand) -> Result<StoreReply, StoreError>? { nil }
}

/// Makes the stores of event loops. Their entries are in this process, in a file, or on a server.
package protocol StoreEngine: Sendable {
    /// The name for messages and metrics; holds no password.
    var description: String { get }

    /// Makes a store for one event loop; called on that loop. The store must be closed at the end.
    func makeStore(on eventLoop: any EventLoop) -> any Store

    /// Releases threads and files. Call it once, after all stores are closed.
    func close() async
}
