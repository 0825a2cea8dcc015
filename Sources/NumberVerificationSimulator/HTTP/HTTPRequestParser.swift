// SPDX-License-Identifier: MIT

package import NIOCore

/// Turns the bytes of a connection into HTTP/1.x requests, one after the other.
///
/// Pure and incremental: how the bytes are split into reads makes no difference, and bytes after a request are kept
/// for the next one. Strict where leniency would make the end of a request a matter of opinion, and capped everywhere.
package struct HTTPRequestParser: Sendable {
    /// What a client may make us hold, in bytes.
    package struct Limits: Sendable, Hashable {
        /// Request line and header fields; also chunk sizes and trailers of one body. The default is 16 KiB.
        package var headBytes = 16 * 1024
        /// The body without transfer coding. The default is 64 KiB.
        package var bodyBytes = 64 * 1024

        /// The defaults.
        package init() {}
    }

    /// What the next bytes amount to.
    package enum Event: Sendable, Hashable {
        /// The client waits for `100 Continue` before it sends the body.
        case continueExpected
        case request(HTTPRequest)
    }

    private enum Step {
        case head
        case body(HTTPRequestHead, length: Int)
        case chunks(HTTPRequestHead, ChunkedRequestBody)
    }

    private let limits: Limits
    private var buffer = ByteBuffer()
    private var step = Step.head
    /// How many readable bytes are known not to end the head.
    private var scanned = 0

    /// Makes a parser for a new connection.
    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Adds bytes of the connection.
    package mutating func receive(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Reads on.
    ///
    /// - Returns: What comes next, or nil when more bytes are needed to tell.
    /// - Throws: ``HTTPRequestError``, after which the parser is of no further use.
    package mutating func next() throws(HTTPRequestError) -> Event? {
        if case .head = step {
            guard let head = try nextHead() else { return nil }
            step = try bodyStep(after: head)
            if head.expectsContinue && buffer.readableBytes == 0 { return .continueExpected }
        }
        switch step {
        case .head:
            return nil
        case .body(let head, let length):
            guard let body = buffer.readSlice(length: length) else { return nil }
            return finish(head, body)
        case .chunks(let head, var chunks):
            step = .head  // Leaves the only reference to the bytes so far with `chunks`.
            let isComplete = try chunks.read(from: &buffer)
            if isComplete { return finish(head, chunks.bytes) }
            step = .chunks(head, chunks)
            return nil
        }
    }

    private mutating func finish(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Event {
        step = .head
        return .request(
            HTTPRequest(
                method: head.method, path: head.path, authorization: head.authorization,
                contentType: head.contentType, keepsAlive: head.keepsAlive, body: body))
    }

    private func bodyStep(after head: HTTPRequestHead) throws(HTTPRequestError) -> Step {
        switch head.framing {
        case .chunked:
            return .chunks(head, ChunkedRequestBody(limits: limits))
        case .length(let length):
            guard length <= limits.bodyBytes else { throw .bodyTooLarge }
            return .body(head, length: length)
        }
    }

    private mutating func nextHead() throws(HTTPRequestError) -> HTTPRequestHead? {
        skipEmptyLines()
        let (maxBytes, alreadyScanned) = (limits.headBytes, scanned)
        let found = try buffer.withUnsafeReadableBytes { bytes throws(HTTPRequestError) -> (HTTPRequestHead, Int)? in
            guard let end = Self.headEnd(in: bytes, from: alreadyScanned) else {
                guard bytes.count < maxBytes else { throw .headTooLarge }
                return nil
            }
            guard end <= maxBytes else { throw .headTooLarge }
            return (try HTTPRequestHead(UnsafeRawBufferPointer(rebasing: bytes[..<end])), end)
        }
        guard let (head, length) = found else {
            scanned = buffer.readableBytes
            return nil
        }
        buffer.moveReaderIndex(forwardBy: length)
        scanned = 0
        return head
    }

    /// Some clients end a body with a line end that its length does not count: RFC 9112, section 2.2.
    private mutating func skipEmptyLines() {
        while buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) == 0x0D0A {
            buffer.moveReaderIndex(forwardBy: 2)
            scanned = 0
        }
    }

    /// The offset after an empty line, even if its line ends lack a carriage return, which is for the head to refuse.
    private static func headEnd(in bytes: UnsafeRawBufferPointer, from offset: Int) -> Int? {
        var index = offset
        while index < bytes.count {
            if bytes[index] == .lineFeed {
                if index >= 1, bytes[index - 1] == .lineFeed { return index + 1 }
                if index >= 2, bytes[index - 1] == .carriageReturn, bytes[index - 2] == .lineFeed { return index + 1 }
            }
            index += 1
        }
        return nil
    }
}
