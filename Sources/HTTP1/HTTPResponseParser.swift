// SPDX-License-Identifier: MIT

package import NIOCore

/// Turns the bytes of a connection into one HTTP/1.1 reply.
///
/// Pure and incremental: the split of the bytes into reads makes no difference. Strict where two readers could see the
/// end of a body in different places (RFC 9112, section 6.3), and capped everywhere.
package struct HTTPResponseParser: Sendable {
    /// How many bytes a peer may make the parser hold.
    package typealias Limits = HTTPLimits

    /// A complete reply, and what its head says about the connection.
    package final class Parsed: Sendable {
        /// The final reply; interim ones are skipped.
        package let reply: HTTPReply
        /// Whether the server keeps the connection open for another request.
        package let keepsAlive: Bool
        /// `Keep-Alive: timeout=N` in seconds, when the server sent it.
        package let keepAliveSeconds: Int64?

        fileprivate init(reply: HTTPReply, keepsAlive: Bool, keepAliveSeconds: Int64?) {
            self.reply = reply
            self.keepsAlive = keepsAlive
            self.keepAliveSeconds = keepAliveSeconds
        }

        /// How long the connection may be kept for another request, `nil` for not at all.
        ///
        /// A second less than the server announced, so that the server does not close the connection while a request is
        /// on its way.
        package func idleTime(upTo limit: TimeAmount) -> TimeAmount? {
            guard keepsAlive else { return nil }
            guard let keepAliveSeconds else { return limit }
            let announced = TimeAmount.seconds(min(keepAliveSeconds, 86_400) - 1)
            return announced > .nanoseconds(0) ? min(announced, limit) : nil
        }
    }

    private enum Step {
        case head
        case fixedBody(HTTPReplyHead, length: Int)
        case chunkedBody(HTTPReplyHead)
        case bodyUntilClose(HTTPReplyHead)
        case finished
    }

    private let limits: Limits
    private let isHead: Bool
    private var step = Step.head
    private var chunks: ChunkedBody
    private var buffer = ByteBuffer()
    /// How many readable bytes are known to hold no end of the head.
    private var scanned = 0
    private var interimBytes = 0

    /// A parser for one reply; the next needs a new one. A reply to a HEAD request has no body, whatever it announces:
    /// `isHead` is false by default.
    package init(limits: Limits = Limits(), isHead: Bool = false) {
        self.limits = limits
        self.isHead = isHead
        chunks = ChunkedBody(limits: limits)
    }

    /// How many bytes came after the reply. If there are any, the connection must not be used for another request.
    package var excessBytes: Int {
        if case .finished = step { buffer.readableBytes } else { 0 }
    }

    /// Takes the next bytes of the connection.
    ///
    /// - Returns: The reply, once, when it is complete.
    /// - Throws: ``HTTPReplyError``, after which the parser and the connection cannot be used any more.
    package mutating func consume(_ bytes: ByteBuffer) throws(HTTPReplyError) -> Parsed? {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
        return try advance()
    }

    /// Takes the end of the connection, which also ends a body without any other length.
    ///
    /// - Throws: ``HTTPReplyError/truncated`` when the reply needed more bytes.
    package mutating func end() throws(HTTPReplyError) -> Parsed {
        guard case .bodyUntilClose(let head) = step else { throw .truncated }
        return finish(head, body: buffer.readSlice(length: buffer.readableBytes) ?? ByteBuffer())
    }

    private mutating func advance() throws(HTTPReplyError) -> Parsed? {
        while true {
            switch step {
            case .head:
                guard let head = try nextHead() else { return nil }
                if let next = try stepAfter(head) { step = next }

            case .fixedBody(let head, let length):
                guard let body = buffer.readSlice(length: length) else { return nil }
                return finish(head, body: body)

            case .chunkedBody(let head):
                do throws(HTTPSyntaxError) {
                    guard try chunks.consume(&buffer) else { return nil }
                } catch {
                    throw HTTPReplyError(error)
                }
                return finish(head, body: chunks.bytes)

            case .bodyUntilClose:
                guard buffer.readableBytes <= limits.bodyBytes else { throw .bodyTooLarge }
                return nil

            case .finished:
                return nil
            }
        }
    }

    private mutating func finish(_ head: HTTPReplyHead, body: ByteBuffer) -> Parsed {
        var keepsAlive = head.minorVersion >= 1 && !head.hasConnectionClose
        if case .bodyUntilClose = step { keepsAlive = false }
        step = .finished
        return Parsed(
            reply: HTTPReply(
                status: head.status, body: body, fields: head.fields, contentCoding: head.contentCoding),
            keepsAlive: keepsAlive, keepAliveSeconds: head.keepAliveSeconds)
    }
}

extension HTTPResponseParser {
    private mutating func nextHead() throws(HTTPReplyError) -> HTTPReplyHead? {
        let room = limits.headBytes - interimBytes
        let alreadyScanned = scanned
        let length = try buffer.withUnsafeReadableBytes { bytes throws(HTTPReplyError) -> Int? in
            guard HTTPReplyHead.mayStart(with: bytes) else { throw .notHTTP }
            do throws(HTTPSyntaxError) {
                return try HTTPHead.length(in: bytes, scanned: alreadyScanned, room: room)
            } catch {
                throw HTTPReplyError(error)
            }
        }
        guard let length, let head = buffer.readSlice(length: length) else {
            scanned = buffer.readableBytes
            return nil
        }
        scanned = 0
        interimBytes += length
        return try HTTPReplyHead(head)
    }

    /// How the body ends, in the order of RFC 9112, section 6.3; `nil` after an interim reply.
    private func stepAfter(_ head: HTTPReplyHead) throws(HTTPReplyError) -> Step? {
        switch head.status {
        case 101: throw .upgrade
        case 100..<200: return nil
        case 204, 304: return .fixedBody(head, length: 0)
        case _ where isHead: return .fixedBody(head, length: 0)
        default: break
        }
        do throws(HTTPSyntaxError) {
            try head.framing.check(isVersion10: head.minorVersion == 0)
        } catch {
            throw HTTPReplyError(error)
        }
        if head.framing.isChunked { return .chunkedBody(head) }
        guard let length = head.framing.contentLength else { return .bodyUntilClose(head) }
        guard length <= limits.bodyBytes else { throw .bodyTooLarge }
        return .fixedBody(head, length: length)
    }
}
