// SPDX-License-Identifier: MIT

package import NIOCore

/// Turns the bytes of a connection into HTTP/1.x requests, one after the other.
///
/// Pure and incremental: how the bytes are split into reads makes no difference, and bytes after a request are kept
/// for the next one. Strict where two readers could see the end of a request in different places, and capped everywhere.
package struct HTTPRequestParser: Sendable {
    /// How many bytes a client may make the parser hold. The caller has to stop a client that keeps sending while its
    /// requests are answered: see ``bufferedBytes``.
    package typealias Limits = HTTPLimits

    /// What the next bytes mean.
    package enum Event: Sendable, Hashable {
        /// The client waits for `100 Continue` before it sends the body.
        case continueExpected
        /// A complete request.
        case request(HTTPRequest)
    }

    /// How much of the next request has arrived, for timeouts.
    package enum Progress: Sendable, Hashable {
        /// No byte of it has arrived.
        case none
        /// Its head is not complete.
        case head
        /// Its body is not complete.
        case body
    }

    private enum Step {
        case head
        case body(HTTPRequestHead, length: Int)
        case chunks(HTTPRequestHead, ChunkedBody)
    }

    private let limits: Limits
    private let bodylessGETPath: String?
    private var buffer = ByteBuffer()
    private var step = Step.head
    /// How many readable bytes are known not to end the head.
    private var scanned = 0
    /// Line ends before the request line count as a part of the head, so that they are capped too.
    private var emptyLineBytes = 0

    /// Makes a parser for a new connection.
    ///
    /// - Parameters:
    ///   - limits: How many bytes the client may make the parser hold.
    ///   - bodylessGETPath: A path at which a GET request ends with its head, even if it announces a body: proxies that
    ///     ask whether a request is allowed copy the head of that request and send no body. Such a request is the last
    ///     one on its connection. The default is none.
    package init(limits: Limits = Limits(), bodylessGETPath: String? = nil) {
        self.limits = limits
        self.bodylessGETPath = bodylessGETPath
    }

    /// How many bytes are held that belong to no complete request yet. After ``next()`` has returned nil they are the
    /// beginning of one request, within the limits.
    package private(set) var bufferedBytes = 0

    /// How much of the next request has arrived. Meaningful after ``next()`` has returned nil.
    package private(set) var progress = Progress.none

    /// Adds bytes of the connection.
    package mutating func receive(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
        bufferedBytes = buffer.readableBytes
    }

    /// Parses the bytes that were received.
    ///
    /// - Returns: The next event, or nil when more bytes are needed.
    /// - Throws: ``HTTPRequestError``, after which the parser cannot be used any more.
    package mutating func next() throws(HTTPRequestError) -> Event? {
        let event = try readNext()
        // Stored, since both are read more often than they change.
        bufferedBytes = buffer.readableBytes
        if case .head = step { progress = bufferedBytes == 0 ? .none : .head } else { progress = .body }
        return event
    }

    private mutating func readNext() throws(HTTPRequestError) -> Event? {
        if case .head = step {
            guard let head = try nextHead() else { return nil }
            if head.announcesBody, head.method == "GET", head.path == bodylessGETPath {
                return finish(head, ByteBuffer(), keepsAlive: false)
            }
            if !head.framing.isChunked, !head.expectsContinue, let body = try bodyAtOnce(of: head) {
                return finish(head, body)
            }
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
            step = .head  // `chunks` is now the only reference to the body so far, which is not copied.
            let isComplete: Bool
            do throws(HTTPSyntaxError) {
                isComplete = try chunks.consume(&buffer)
            } catch {
                throw HTTPRequestError(error)
            }
            if isComplete { return finish(head, chunks.bytes) }
            step = .chunks(head, chunks)
            return nil
        }
    }

    private mutating func finish(_ head: HTTPRequestHead, _ body: ByteBuffer, keepsAlive: Bool = true) -> Event {
        step = .head
        return .request(HTTPRequest(head, keepsAlive: keepsAlive && head.keepsAlive, body: body))
    }

    /// The body if it arrived together with its head, as nearly all do; else nil.
    private mutating func bodyAtOnce(of head: HTTPRequestHead) throws(HTTPRequestError) -> ByteBuffer? {
        let length = head.framing.contentLength ?? 0
        guard length <= limits.bodyBytes else { throw .bodyTooLarge }
        return length == 0 ? ByteBuffer() : buffer.readSlice(length: length)
    }

    /// A request without Content-Length and Transfer-Encoding has no body: RFC 9112, section 6.3.
    private func bodyStep(after head: HTTPRequestHead) throws(HTTPRequestError) -> Step {
        if head.framing.isChunked { return .chunks(head, ChunkedBody(limits: limits)) }
        let length = head.framing.contentLength ?? 0
        guard length <= limits.bodyBytes else { throw .bodyTooLarge }
        return .body(head, length: length)
    }

    private mutating func nextHead() throws(HTTPRequestError) -> HTTPRequestHead? {
        skipEmptyLines()
        let (room, alreadyScanned) = (limits.headBytes - emptyLineBytes, scanned)
        guard room > 0 else { throw .headTooLarge }
        let length = try buffer.withUnsafeReadableBytes { bytes throws(HTTPRequestError) -> Int? in
            guard HTTPRequestHead.mayStart(with: bytes) else { throw .badRequestLine }
            do throws(HTTPSyntaxError) {
                return try HTTPHead.length(in: bytes, scanned: alreadyScanned, room: room)
            } catch {
                throw HTTPRequestError(error)
            }
        }
        guard let length, let head = buffer.readSlice(length: length) else {
            scanned = buffer.readableBytes
            return nil
        }
        scanned = 0
        emptyLineBytes = 0
        return try HTTPRequestHead(head)
    }

    /// Some clients end a body with a line end that its length does not count: RFC 9112, section 2.2.
    private mutating func skipEmptyLines() {
        while buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) == 0x0D0A {
            buffer.moveReaderIndex(forwardBy: 2)
            emptyLineBytes += 2
            scanned = 0
        }
    }
}
