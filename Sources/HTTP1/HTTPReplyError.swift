// SPDX-License-Identifier: MIT

/// Why bytes are not a complete HTTP/1.1 reply within the limits.
package enum HTTPReplyError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
    /// The first bytes are not those of an HTTP/1.x status line.
    case notHTTP = "not_http"
    /// A status line or header field that HTTP does not allow.
    case badHead = "bad_head"
    /// Status line and header fields, interim replies included, or chunk framing beyond the cap.
    case headTooLarge = "head_too_large"
    /// The body is, or is announced to be, beyond the cap.
    case bodyTooLarge = "body_too_large"
    /// A Content-Length that is no number.
    case badLength = "bad_length"
    /// Two Content-Length fields, or one together with Transfer-Encoding: two readers could see the end of the body in
    /// different places.
    case ambiguousLength = "ambiguous_length"
    /// A transfer coding other than `chunked`.
    case unsupportedCoding = "unsupported_coding"
    /// A chunk size or chunk end that HTTP does not allow.
    case badChunk = "bad_chunk"
    /// Status 101; no request asks for an upgrade.
    case upgrade
    /// The connection ended inside the reply.
    case truncated

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .notHTTP: "what came is not HTTP/1.1"
        case .badHead: "the reply has a malformed status line or header field"
        case .headTooLarge: "the head of the reply is too large"
        case .bodyTooLarge: "the body of the reply is too large"
        case .badLength: "the reply has a malformed Content-Length"
        case .ambiguousLength: "the reply states its length in two ways"
        case .unsupportedCoding: "the reply has an unsupported Transfer-Encoding"
        case .badChunk: "the reply has a malformed chunk"
        case .upgrade: "the reply switches protocols, which was not asked for"
        case .truncated: "the connection ended inside the reply"
        }
    }

    init(_ error: HTTPSyntaxError) {
        switch error {
        case .badFirstLine, .badField: self = .badHead
        case .headTooLarge: self = .headTooLarge
        case .bodyTooLarge: self = .bodyTooLarge
        case .badLength, .hugeLength: self = .badLength
        case .repeatedLength, .ambiguousLength: self = .ambiguousLength
        case .unsupportedCoding: self = .unsupportedCoding
        case .badChunk: self = .badChunk
        }
    }
}
