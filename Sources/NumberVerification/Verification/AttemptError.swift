// SPDX-License-Identifier: MIT

/// Why an attempt brought no well-formed reply.
package struct AttemptError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of errors. The raw value is the text for metrics and for Lua's `err.kind`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The host name could not be resolved.
        case dns
        /// No connection: refused by the host, or no route to it.
        case connectRefused = "connect_refused"
        /// No connection within the connect timeout or the deadline.
        case connectTimeout = "connect_timeout"
        /// The TLS handshake failed, the certificate was not accepted, or it took too long.
        case tls
        /// All connections were busy until the deadline, or the queue for them was full.
        case poolFull = "pool_full"
        /// The request was sent and no complete reply came in time.
        case responseTimeout = "response_timeout"
        /// The connection ended before a complete reply.
        case reset
        /// The bytes that came are no reply of the service: not HTTP, not JSON, without an integer code, or too large.
        case badReply = "bad_reply"
        /// The HTTP status says failure, or contradicts the code.
        case httpStatus = "http_status"
        /// The caller cancelled the attempt.
        case cancelled
    }

    /// What went wrong.
    package let kind: Kind
    /// What was tried, what happened and what to do. Holds no secret, token or phone.
    package let message: String
    /// True when the token is unused, so that sending it again is safe.
    package let retryable: Bool

    /// `message` must hold no secret, token or phone.
    package init(kind: Kind, message: String, retryable: Bool) {
        self.kind = kind
        self.message = message
        self.retryable = retryable
    }

    /// An attempt without a well-formed reply. `message` must hold no secret, token or phone.
    package init(kind: Kind, message: String, delivered: Delivered) {
        let token = TokenState(code: nil, delivered: delivered)
        self.init(kind: kind, message: message, retryable: token == .unused)
    }

    package var description: String { "\(kind.rawValue): \(message)" }
}
