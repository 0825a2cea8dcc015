// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// Carries HTTP exchanges for one event loop.
///
/// Every call is made on the transport's event loop and every completion runs there.
package protocol Transport: AnyObject {
    /// Sends one request, once. Nothing is ever sent again and no redirect is followed.
    ///
    /// - Parameters:
    ///   - request: The whole HTTP/1.1 request, head and body.
    ///   - deadline: When the exchange fails at the latest, in whatever phase it is.
    ///   - completion: Called exactly once, and never before `send` has returned.
    /// - Returns: What can cancel the exchange.
    func send(
        _ request: ByteBuffer, deadline: NIODeadline,
        completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void
    ) -> any Exchange

    /// Closes idle connections now and cancels what is in flight. A later `send` fails with `cancelled`.
    func close()
}

/// An exchange or attempt in flight.
package protocol Exchange: AnyObject {
    /// What is known about the request now: ``Delivered/no`` when nothing of it has left, as while it waits for a
    /// connection, else ``Delivered/maybe``. Never ``Delivered/yes``, even if a reply is on its way to the caller.
    var delivered: Delivered { get }

    /// Gives up: the completion gets `cancelled`, soon but not inside this call. No effect once finished.
    ///
    /// - Returns: ``delivered``.
    @discardableResult
    func cancel() -> Delivered
}
