// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOTLS
import TextFormats

/// One connection: reads requests and writes a reply for each, in order and one at a time.
///
/// While a request is answered, a bounded amount of further input is read: so the end of the connection is noticed, and
/// a peer that continues to send cannot fill the memory.
final class ServerConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The peer has not finished the TLS handshake.
        case handshaking
        /// A request is awaited or being read.
        case reading
        case answering(ServerExchange)
        /// The last reply was written; further input is dropped.
        case draining
        case closed
    }

    /// How long a peer may take to close after its last reply.
    private static let drainTime = TimeAmount.seconds(1)
    /// A peer that closes its side within this time after its request still gets the reply; one that closes later has
    /// hung up.
    private static let halfCloseTime = TimeAmount.milliseconds(100)

    private let responder: any RequestResponder
    private let table: ConnectionTable
    private let limits: ServerLimits
    private var parser: HTTPRequestParser
    private var state: State
    private var progress = HTTPRequestParser.Progress.none
    private var context: ChannelHandlerContext?
    private var isReadHeld = false
    private var hasInputEnded = false
    private var isAdvancing = false
    /// Whether the channel is writable. Kept here, since asking the channel takes as long as parsing a request.
    private var isWritable = true
    /// Writes replies to the socket directly while no write is pending. Nil for an encrypted connection.
    private let sender: SocketSender?
    /// The number of writes through the channel that are not finished.
    private var pendingWrites = 0
    /// The IP address of the peer; nil for a Unix socket.
    private var peer: String?

    /// When the table calls ``deadlinePassed()``.
    private(set) var deadline = NIODeadline.distantFuture

    /// `bodylessGETPath` is a path at which the body of a GET request is not waited for: see ``HTTPRequestParser``.
    /// `sender` is nil for an encrypted connection.
    init(
        responder: any RequestResponder, table: ConnectionTable, limits: ServerLimits, bodylessGETPath: String?,
        sender: SocketSender?
    ) {
        self.sender = sender
        state = sender == nil ? .handshaking : .reading
        self.responder = responder
        self.table = table
        self.limits = limits
        parser = HTTPRequestParser(limits: limits.sizes, bodylessGETPath: bodylessGETPath)
    }

    // MARK: - Channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        peer = context.channel.remoteAddress?.ipAddress
        table.add(self)
        if table.count > limits.connections {
            write(responder.replyToExcessConnection(), keepsAlive: false, isHead: false)
        } else if case .handshaking = state {
            deadline = NIODeadline.now() + limits.headTime
        } else {
            deadline = NIODeadline.now() + limits.idleTime
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .reading, .answering:
            parser.receive(unwrapInboundIn(data))
            advance()
        case .handshaking, .draining, .closed: break
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        setDeadline()
        advance()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent, case .handshaking = state {
            state = .reading
            deadline = NIODeadline.now() + limits.idleTime
        }
        if case .inputClosed? = event as? ChannelEvent { inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    func channelInactive(context: ChannelHandlerContext) {
        let last = state
        // The state is set first: a reply that `onHangUp` gives must not begin the next request.
        state = .closed
        if case .answering(let exchange) = last { exchange.onHangUp?() }
        table.remove(self)
        self.context = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: - Ends

    func close() {
        context?.close(promise: nil)
    }

    /// Ends the connection if no request has begun.
    func endIfIdle() {
        switch state {
        case .handshaking: close()
        case .reading where parser.progress == .none: drain()
        default: break
        }
    }

    /// Called by the table when ``deadline`` has passed.
    func deadlinePassed() {
        switch state {
        case .reading where !isWritable: close()
        case .reading where progress == .none: drain()
        case .reading: write(responder.reply(to: .timeout), keepsAlive: false, isHead: false)
        case .handshaking, .answering, .draining: close()
        case .closed: break
        }
    }

    private func inputEnded() {
        hasInputEnded = true
        switch state {
        case .reading: advance()
        case .answering(let exchange):
            guard NIODeadline.now() - exchange.start > Self.halfCloseTime else { return }
            exchange.onHangUp?()
        case .handshaking, .draining: close()
        case .closed: break
        }
    }

    /// Closes our side once everything is sent, and the connection when the peer has closed its side. Closing both
    /// sides at once would reset the connection if there is unread input, and the peer could lose the reply: RFC 9112,
    /// section 9.6.
    private func drain() {
        guard let context else { return }
        state = .draining
        let isSent = context.eventLoop.makePromise(of: Void.self)
        deadline = NIODeadline.now() + limits.writeTime
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: isSent)
        isSent.futureResult.assumeIsolated().whenComplete { [self] _ in
            guard case .draining = state, let context = self.context else { return }
            if hasInputEnded { return context.close(promise: nil) }
            deadline = NIODeadline.now() + Self.drainTime
            context.close(mode: .output, promise: nil)
        }
        readIfHeld()
    }

    // MARK: - Requests

    /// Answers the requests that have come so far. Does nothing when called recursively: many replies are given inside.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var hasAll = false
        while !hasAll, case .reading = state, isWritable, let context {
            do {
                switch try parser.next() {
                case .request(let request): answer(request)
                case .continueExpected:
                    var output = ByteWriter(capacity: 32)
                    output.append("HTTP/1.1 100 Continue\r\n\r\n")
                    send(output, context)
                case nil: hasAll = true
                }
            } catch {
                write(responder.reply(to: error), keepsAlive: false, isHead: false)
            }
        }
        if hasAll, hasInputEnded { drain() }
        if hasAll { setDeadline() }
        readIfHeld()
    }

    private func answer(_ request: HTTPRequest) {
        let (keepsAlive, isHead) = (request.keepsAlive, request.method == "HEAD")
        let exchange = ServerExchange(
            request: request, peer: peer, start: .now()
        ) { [self] message in
            guard case .answering = state else { return }
            write(message, keepsAlive: keepsAlive && !table.isDraining, isHead: isHead)
            advance()
        }
        state = .answering(exchange)
        deadline = .distantFuture
        responder.respond(to: exchange)
    }

    private func write(_ message: HTTPReplyMessage, keepsAlive: Bool, isHead: Bool) {
        guard let context else { return }
        var output = ByteWriter(capacity: 512 + message.body.count)
        message.write(to: &output, keepsAlive: keepsAlive, isHead: isHead, date: table.date)
        send(output, context)
        if !keepsAlive { return drain() }
        state = .reading
        progress = .none
        deadline = NIODeadline.now() + limits.idleTime
        setDeadline()
    }

    private func send(_ output: borrowing ByteWriter, _ context: ChannelHandlerContext) {
        // After the channel has ended, another file or socket may have its descriptor.
        let sender = pendingWrites == 0 && context.channel.isActive ? sender : nil
        let rest = output.withBytes { bytes -> ByteBuffer? in
            let count = sender?.write(bytes) ?? 0
            return count == bytes.count ? nil : ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[count...]))
        }
        guard let rest else { return }
        pendingWrites += 1
        let isSent = context.eventLoop.makePromise(of: Void.self)
        isSent.futureResult.assumeIsolated().whenComplete { [self] _ in pendingWrites -= 1 }
        context.writeAndFlush(wrapOutboundOut(rest), promise: isSent)
    }

    /// Sets the time by which a request that has begun must be complete, or a reply must be read.
    private func setDeadline() {
        guard case .reading = state else { return }
        if !isWritable {
            if progress != .none || deadline > NIODeadline.now() + limits.writeTime {
                progress = .none
                deadline = NIODeadline.now() + limits.writeTime
            }
            return
        }
        guard parser.progress != progress else { return }
        progress = parser.progress
        switch progress {
        case .none: deadline = NIODeadline.now() + limits.idleTime
        case .head: deadline = NIODeadline.now() + limits.headTime
        case .body: deadline = NIODeadline.now() + limits.bodyTime
        }
    }

    // MARK: - Reading

    private var mayRead: Bool {
        switch state {
        case .reading: isWritable
        case .answering: parser.bufferedBytes < limits.pipelinedBytes
        case .handshaking, .draining, .closed: true
        }
    }

    private func readIfHeld() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }
}
