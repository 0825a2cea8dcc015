// SPDX-License-Identifier: MIT

package import HTTP1

/// Why an exchange has no HTTP reply, and whether the request was delivered.
package struct ExchangeFailure: Error, Sendable, Hashable {
    /// What went wrong.
    package let kind: AttemptError.Kind
    /// What was tried, what happened and what to do. Holds no secret and no part of the request.
    package let message: String
    /// ``Delivered/no`` when no byte of the request was handed to an open connection, else ``Delivered/maybe``.
    package let delivered: Delivered

    /// `message` must hold no secret and no part of the request.
    package init(kind: AttemptError.Kind, message: String, delivered: Delivered) {
        self.kind = kind
        self.message = message
        self.delivered = delivered
    }
}

/// Failures after a request was sent. `peer` is the `host:port` of the server.
extension ExchangeFailure {
    private static let mayHaveArrived =
        "the request may have been processed, so get a new token instead of sending this one again"

    /// The connection ended before the reply was complete.
    package static func reset(peer: String) -> ExchangeFailure {
        ExchangeFailure(
            kind: .reset, message: "\(peer) ended the connection before a complete reply; \(mayHaveArrived)",
            delivered: .maybe)
    }

    /// No complete reply came in time.
    package static func responseTimeout(peer: String) -> ExchangeFailure {
        ExchangeFailure(
            kind: .responseTimeout, message: "\(peer) did not complete its reply in time; \(mayHaveArrived)",
            delivered: .maybe)
    }

    /// The bytes that came are no readable reply.
    package static func unreadableReply(_ error: HTTPReplyError, peer: String) -> ExchangeFailure {
        if error == .truncated { return reset(peer: peer) }
        return ExchangeFailure(
            kind: .badReply,
            message: "\(peer): \(error); check that it is the service, and not a proxy or another port",
            delivered: .maybe)
    }

    /// The caller cancelled the exchange.
    package static func cancelled(peer: String, delivered: Delivered) -> ExchangeFailure {
        let moment = delivered == .no ? "before the request was sent" : "after the request was sent; \(mayHaveArrived)"
        return ExchangeFailure(
            kind: .cancelled, message: "the call to \(peer) was cancelled \(moment)", delivered: delivered)
    }
}

/// Failures before a request was sent.
extension ExchangeFailure {
    /// The deadline had passed before anything was tried.
    package static func deadlinePassed(peer: String) -> ExchangeFailure {
        ExchangeFailure(
            kind: .connectTimeout, message: "the deadline had passed before \(peer) could be called; allow more time",
            delivered: .no)
    }

    /// Every connection was busy.
    static func poolFull(peer: String, hasWaited: Bool) -> ExchangeFailure {
        let event = hasWaited ? "none became free in time" : "the queue for them is full"
        return ExchangeFailure(
            kind: .poolFull, message: "all connections to \(peer) are busy and \(event); send less at once",
            delivered: .no)
    }

    /// A connection was not ready in time.
    static func openingTimeout(peer: String, isHandshaking: Bool) -> ExchangeFailure {
        isHandshaking
            ? ExchangeFailure(
                kind: .tls, message: "\(peer) did not complete the TLS handshake in time; check that it speaks TLS",
                delivered: .no)
            : ExchangeFailure(
                kind: .connectTimeout,
                message: "could not connect to \(peer) in time; check the address and what filters the way to it",
                delivered: .no)
    }
}
