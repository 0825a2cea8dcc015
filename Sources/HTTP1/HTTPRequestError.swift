// SPDX-License-Identifier: MIT

/// Why bytes are not a request that can be read. The connection cannot be used any more.
package enum HTTPRequestError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
    /// No method, target and version, separated by single spaces and ended by CRLF.
    case badRequestLine = "bad_request_line"
    /// A header field or trailer that is not name, colon and value as HTTP allows them, ended by CRLF; folded lines are
    /// not allowed.
    case badField = "bad_field"
    /// HTTP/1.1 asks for exactly one Host field, with a host in it or nothing.
    case badHost = "bad_host"
    /// A field that may occur once occurs twice.
    case repeatedField = "repeated_field"
    /// A Content-Length that is no number.
    case badLength = "bad_length"
    /// Content-Length together with Transfer-Encoding: two readers could see the end of the body in different places.
    case ambiguousLength = "ambiguous_length"
    /// A chunk size or chunk end that HTTP does not allow.
    case badChunk = "bad_chunk"
    /// The body is, or is announced to be, beyond the cap.
    case bodyTooLarge = "body_too_large"
    /// An expectation other than `100-continue`.
    case unknownExpectation = "unknown_expectation"
    /// Request line and header fields, or chunk framing, beyond the cap.
    case headTooLarge = "head_too_large"
    /// A transfer coding other than `chunked`.
    case unsupportedCoding = "unsupported_coding"
    /// A version other than HTTP/1.1 and HTTP/1.0.
    case unsupportedVersion = "unsupported_version"
    /// The request was not complete within the time that the server allows. Never thrown by a parser.
    case timeout

    /// The HTTP status of the reply to such a request.
    package var status: Int {
        switch self {
        case .badRequestLine, .badField, .badHost, .repeatedField, .badLength, .ambiguousLength, .badChunk: 400
        case .timeout: 408
        case .bodyTooLarge: 413
        case .unknownExpectation: 417
        case .headTooLarge: 431
        case .unsupportedCoding: 501
        case .unsupportedVersion: 505
        }
    }

    /// The error in a few words, which become a part of the reply.
    package var description: String {
        switch self {
        case .badRequestLine: "malformed request line"
        case .badField: "malformed header field"
        case .badHost: "an HTTP/1.1 request needs exactly one Host field, with a valid host"
        case .repeatedField: "a header field that may occur once occurs twice"
        case .badLength: "malformed Content-Length"
        case .ambiguousLength: "Content-Length together with Transfer-Encoding"
        case .badChunk: "malformed chunk"
        case .timeout: "the request did not arrive in time"
        case .bodyTooLarge: "the body is too large"
        case .unknownExpectation: "the only expectation known is 100-continue"
        case .headTooLarge: "the head is too large"
        case .unsupportedCoding: "the only transfer coding known is chunked"
        case .unsupportedVersion: "the only versions known are HTTP/1.1 and HTTP/1.0"
        }
    }

    init(_ error: HTTPSyntaxError) {
        switch error {
        case .badFirstLine: self = .badRequestLine
        case .badField: self = .badField
        case .headTooLarge: self = .headTooLarge
        case .bodyTooLarge, .hugeLength: self = .bodyTooLarge
        case .badLength: self = .badLength
        case .repeatedLength: self = .repeatedField
        case .ambiguousLength: self = .ambiguousLength
        case .unsupportedCoding: self = .unsupportedCoding
        case .badChunk: self = .badChunk
        }
    }
}
