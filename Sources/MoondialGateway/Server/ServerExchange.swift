// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// Answers the requests of a listener. Used on one event loop.
package protocol RequestResponder: AnyObject {
    /// Answers one request: calls ``ServerExchange/reply(_:)`` once, in this call or later on the event loop.
    func respond(to exchange: ServerExchange)

    /// The reply to bytes that are not a request. The connection is closed after the reply.
    func reply(to error: HTTPRequestError) -> HTTPReplyMessage

    /// The reply to a connection beyond the limit of connections. The connection is closed after the reply.
    func replyToExcessConnection() -> HTTPReplyMessage
}

/// One request of a connection and the place for its reply. Used on the event loop of the connection.
package final class ServerExchange {
    package let request: HTTPRequest
    /// The IP address of the peer; nil for a Unix socket.
    package let peer: String?
    /// When the request was complete.
    package let start: NIODeadline
    /// Called when the peer ends the connection before it has the reply. A reply may still be given.
    package var onHangUp: (() -> Void)?
    /// Called with the reply before it is written.
    package var onReply: ((HTTPReplyMessage) -> Void)?
    private var send: ((HTTPReplyMessage) -> Void)?

    /// `send` is called once, with the reply.
    package init(
        request: HTTPRequest, peer: String?, start: NIODeadline, send: @escaping (HTTPReplyMessage) -> Void
    ) {
        self.request = request
        self.peer = peer
        self.start = start
        self.send = send
    }

    /// Whether the reply was given.
    package var isAnswered: Bool { send == nil }

    /// Gives the reply. Must be called exactly once. If the connection has ended, the reply is dropped.
    package func reply(_ message: HTTPReplyMessage) {
        guard let send else { preconditionFailure("a request has one reply") }
        self.send = nil
        onHangUp = nil
        onReply?(message)
        onReply = nil
        send(message)
    }
}
