// SPDX-License-Identifier: MIT

/// Why bytes are not a request that the simulator can read. The connection is of no further use.
package enum HTTPRequestError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
    /// No method, target and version, separated by single spaces and ended by CRLF.
    case badRequestLine = "bad_request_line"
    /// No name, colon and value as HTTP allows them, ended by CRLF; folded lines are not allowed.
    case badField = "bad_field"
    /// HTTP/1.1 asks for exactly one Host field.
    case badHost = "bad_host"
    /// A field that may occur once occurs twice.
    case repeatedField = "repeated_field"
    case badLength = "bad_length"
    /// Content-Length together with Transfer-Encoding: the end of the body is a matter of opinion.
    case ambiguousLength = "ambiguous_length"
    case badChunk = "bad_chunk"
    case bodyTooLarge = "body_too_large"
    /// An expectation other than `100-continue`.
    case unknownExpectation = "unknown_expectation"
    case headTooLarge = "head_too_large"
    /// A transfer coding other than `chunked`.
    case unsupportedCoding = "unsupported_coding"
    case unsupportedVersion = "unsupported_version"

    /// The HTTP status that says so.
    package var status: Int {
        switch self {
        case .badRequestLine, .badField, .badHost, .repeatedField, .badLength, .ambiguousLength, .badChunk: 400
        case .bodyTooLarge: 413
        case .unknownExpectation: 417
        case .headTooLarge: 431
        case .unsupportedCoding: 501
        case .unsupportedVersion: 505
        }
    }

    /// The reason in a few words, which go into the reply.
    package var description: String {
        switch self {
        case .badRequestLine: "malformed request line"
        case .badField: "malformed header field"
        case .badHost: "an HTTP/1.1 request needs exactly one Host field"
        case .repeatedField: "a header field that may occur once occurs twice"
        case .badLength: "malformed Content-Length"
        case .ambiguousLength: "Content-Length together with Transfer-Encoding"
        case .badChunk: "malformed chunk"
        case .bodyTooLarge: "the body is too large"
        case .unknownExpectation: "the only expectation known is 100-continue"
        case .headTooLarge: "the head is too large"
        case .unsupportedCoding: "the only transfer coding known is chunked"
        case .unsupportedVersion: "the only versions known are HTTP/1.1 and HTTP/1.0"
        }
    }
}
