// SPDX-License-Identifier: MIT

/// How many bytes a peer may make a parser hold.
package struct HTTPLimits: Sendable, Hashable {
    /// First line and header fields; for a reply, interim replies included. Chunk extensions and trailers together may
    /// take the same number of bytes again. The default is 16 KiB.
    package var headBytes = 16 * 1024
    /// The body without transfer coding. The default is 64 KiB.
    package var bodyBytes = 64 * 1024

    /// The defaults.
    package init() {}
}

/// The errors that requests and replies have in common. Callers get them as ``HTTPRequestError`` or ``HTTPReplyError``.
enum HTTPSyntaxError: Error {
    /// A line end without carriage return, in the first line of a head.
    case badFirstLine
    case badField
    case headTooLarge
    case bodyTooLarge
    case badLength
    /// A Content-Length that does not fit an `Int`.
    case hugeLength
    case repeatedLength
    case ambiguousLength
    case unsupportedCoding
    case badChunk
}
