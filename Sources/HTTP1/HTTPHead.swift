// SPDX-License-Identifier: MIT

import NIOCore

/// What the heads of requests and replies have in common.
enum HTTPHead {
    /// Calls `body` for each line of a complete head except the first and the last, which is empty.
    static func forEachFieldLine<Failure: Error>(
        _ head: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard let first = head.lineFeed(from: 0) else { return }
        var start = first + 1
        while let end = head.lineFeed(from: start) {
            if end - 1 > start { try body(UnsafeRawBufferPointer(rebasing: head[start..<(end - 1)])) }
            start = end + 1
        }
    }

    /// The first line of a complete head, without its end.
    static func firstLine(_ head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = head.lineFeed(from: 0) ?? head.endIndex
        return UnsafeRawBufferPointer(rebasing: head[..<max(0, end - 1)])
    }

    /// The length of the head that `bytes` begin with, up to and including the empty line that ends it. How the bytes
    /// were split into reads makes no difference to the result.
    ///
    /// - Parameters:
    ///   - bytes: The bytes received so far.
    ///   - scanned: How many of the first bytes are known not to hold the end of the head.
    ///   - room: How many bytes the head may have.
    /// - Returns: The length of the head with its empty line, or nil when the head is not complete.
    /// - Throws: `HTTPSyntaxError` when the head is larger than `room`, or a line does not end with CRLF.
    static func length(
        in bytes: UnsafeRawBufferPointer, scanned: Int, room: Int
    ) throws(HTTPSyntaxError) -> Int? {
        let within = UnsafeRawBufferPointer(rebasing: bytes.prefix(room))
        var start = scanned
        while let index = within.lineFeed(from: start) {
            guard index > 0, bytes[index - 1] == .carriageReturn else {
                throw bytes[..<index].contains(.lineFeed) ? .badField : .badFirstLine
            }
            if index >= 3, bytes[index - 2] == .lineFeed { return index + 1 }
            start = index + 1
        }
        guard bytes.count < room else { throw .headTooLarge }
        return nil
    }
}

/// What the header fields say about the end of a body: RFC 9112, section 6.
///
/// Fields that two readers could understand differently are refused: with them, requests and replies can be smuggled.
struct HTTPFraming: Sendable {
    /// The value of Content-Length.
    private(set) var contentLength: Int?
    /// Whether the body is in chunks.
    private(set) var isChunked = false

    /// Reads a field if it is about framing.
    mutating func note(_ field: HTTPField) throws(HTTPSyntaxError) {
        switch field.name.count {
        case 14 where field.name.matches("content-length"):
            guard contentLength == nil else { throw .repeatedLength }
            contentLength = try Self.length(field.value)
        case 17 where field.name.matches("transfer-encoding"):
            guard !isChunked, field.value.matches("chunked") else { throw .unsupportedCoding }
            isChunked = true
        default: break
        }
    }

    /// Checks that the fields do not contradict each other; to be called after the last one.
    func check(isVersion10: Bool) throws(HTTPSyntaxError) {
        guard isChunked else { return }
        guard contentLength == nil else { throw .ambiguousLength }
        // HTTP/1.0 has no transfer codings: a reader of that version would take the chunks for the body.
        guard !isVersion10 else { throw .unsupportedCoding }
    }

    /// One or more decimal digits and nothing else.
    private static func length(_ value: UnsafeRawBufferPointer) throws(HTTPSyntaxError) -> Int {
        guard !value.isEmpty, value.allSatisfy(\.isDigit) else { throw .badLength }
        guard let length = Int(value.text) else { throw .hugeLength }
        return length
    }
}
