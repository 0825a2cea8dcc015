// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// Carries HTTP exchanges for one event loop.
///
/// All methods are called on the transport's event loop, and all completions run there.
package protocol Transport: AnyObject {
    /// Sends one request, once. Nothing is ever sent again and no redirect is followed.
    ///
    /// - Parameters:
    ///   - request: The whole HTTP/1.1 request, head and body.
    ///   - deadline: When the exchange fails at the latest, in any phase.
    ///   - completion: Called exactly once, and never before `send` has returned.
    /// - Returns: The exchange, which can be cancelled.
    func send(
        _ request: ByteBuffer, deadline: NIODeadline,
        completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void
    ) -> any Exchange

    /// Closes idle connections and cancels exchanges in flight. A later `send` fails with `cancelled`.
    func close()
}

/// An exchange or attempt in flight.
package protocol Exchange: AnyObject {
    /// What is known about the request now: ``Delivered/no`` when no byte of it was sent, for example while it waits
    /// for a connection, else ``Delivered/maybe``. Never ``Delivered/yes``, even if a reply is about to be reported.
    var delivered: Delivered { get }

    /// Cancels the exchange: the completion is called with `cancelled`, soon but not inside this call. No effect on a
    /// finished exchange.
    ///
    /// - Returns: ``delivered``.
    @discardableResult
    func cancel() -> Delivered
}
