// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOSSL
import NIOTLS
import Platform

/// One connection of an ``HTTPTransport``: writes a request, reads its reply, and reports to the transport.
///
/// Reports nothing after ``close()``.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Until the connection is established and, over https, the peer is authenticated.
        case opening
        case idle
        case awaitingReply
        /// A whole reply came; the transport decides at the end of the event loop's tick.
        case answered
        case closed
    }

    private let transport: HTTPTransport
    private var state = State.opening
    private var context: ChannelHandlerContext?
    private var parser: HTTPResponseParser
    private var isRequestWritten = true
    /// Nil for an encrypted connection.
    private var sender: SocketSender?
    /// The descriptor of an established connection, which is checked before each request. It stays valid while the
    /// channel is active. Nil for a channel without one.
    private var socket: NIOBSDSocket.Handle?
    /// Whether anything came after the reply: bytes, an error or the end.
    private var isDisturbed = false

    /// When a part of a reply was last read.
    private(set) var lastRead = NIODeadline.uptimeNanoseconds(0)
    /// How many replies the connection has carried.
    private(set) var replies = 0

    /// The call whose request was written last, until its end.
    private(set) var call: HTTPCall?

    var isOpen: Bool { state != .closed }

    init(transport: HTTPTransport) {
        self.transport = transport
        parser = HTTPResponseParser(limits: transport.configuration.replyLimits)
    }

    /// Takes over an established channel. With `tls`, the connection opens when the peer is authenticated.
    func attach(to channel: any Channel, tls: NIOSSLClientHandler?) {
        // The connection was closed while the channel was being established.
        guard state == .opening else { return channel.close(promise: nil) }
        do {
            if let tls { try channel.pipeline.syncOperations.addHandler(tls) }
            try channel.pipeline.syncOperations.addHandler(self)
            socket = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { $0 }
            if tls == nil { sender = SocketSender(channel) }
        } catch {
            channel.close(promise: nil)
            return transport.didFailToConnect(self, error)
        }
        if tls == nil { open() }
    }

    /// Writes the request of a call. Only for an idle connection.
    func send(_ call: HTTPCall) {
        guard state == .idle, let context else { preconditionFailure("only an idle connection takes a request") }
        var request = call.send(on: self)
        self.call = call
        state = .awaitingReply
        parser = HTTPResponseParser(
            limits: transport.configuration.replyLimits, isHead: HTTPRequestTemplate.isHead(request))
        // An idle connection has written its last request, so this one may be written to the socket directly.
        if let sender { request.moveReaderIndex(forwardBy: request.withUnsafeReadableBytes(sender.write)) }
        isRequestWritten = request.readableBytes == 0
        if isRequestWritten { return }

        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolatedUnsafeUnchecked().whenSuccess { self.isRequestWritten = true }
        context.writeAndFlush(wrapOutboundOut(request), promise: written)
    }

    /// Becomes idle after a reply, if it can carry another request.
    ///
    /// Called at the end of the event loop's tick, when all input that had arrived was read: so bytes after a reply, or
    /// the end of the connection, cannot be mistaken for the reply to the next call.
    func reset() -> Bool {
        call = nil
        guard state == .answered, !isDisturbed, isRequestWritten, parser.excessBytes == 0 else { return false }
        state = .idle
        return true
    }

    /// Whether an idle connection can carry a request: no bytes have come since its last reply, and it has not ended.
    ///
    /// The event loop notices both only when it polls again, and a hook may have kept it busy since. Bytes that wait on the
    /// socket would be taken for the reply to the next request. So the system is asked, unless the loop has just read.
    func isQuiet(now: NIODeadline) -> Bool {
        guard state == .idle, let context, context.channel.isActive else { return false }
        if now - lastRead < Self.freshness { return true }
        guard let socket else { return true }
        var byte: UInt8 = 0
        // The types of the constants differ between platforms.
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        return recv(socket, &byte, 1, flags) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
    }

    /// Within this time after a read, the socket is not checked again: a new check would find hardly more than that
    /// read.
    private static let freshness = TimeAmount.microseconds(50)

    /// Closes without reporting. No effect on a closed connection.
    func close() {
        guard state != .closed else { return }
        state = .closed
        call = nil
        context?.close(promise: nil)
    }
}

extension HTTPConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { open() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .awaitingReply: read(unwrapInboundIn(data))
        case .idle: lose(nil)
        case .answered: isDisturbed = true
        case .opening, .closed: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .opening: transport.didFailHandshake(self, error)
        case .idle: lose(nil)
        case .awaitingReply: lose(.reset(peer: transport.destination.peer))
        case .answered: isDisturbed = true
        case .closed: break
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .opening: transport.didFailHandshake(self, ChannelError.eof)
        case .idle: lose(nil)
        case .awaitingReply: readEnd()
        case .answered: isDisturbed = true
        case .closed: break
        }
        context.fireChannelInactive()
    }

    private func open() {
        guard state == .opening else { return }
        state = .idle
        transport.didOpen(self)
    }

    private func read(_ bytes: ByteBuffer) {
        lastRead = .now()
        do throws(HTTPReplyError) {
            if let parsed = try parser.consume(bytes) { report(parsed) }
        } catch {
            lose(.unreadableReply(error, peer: transport.destination.peer))
        }
    }

    /// The connection has ended. A reply without a length is complete then, if the request was written completely.
    private func readEnd() {
        do throws(HTTPReplyError) {
            guard isRequestWritten else { throw .truncated }
            report(try parser.end())
        } catch {
            lose(.unreadableReply(error, peer: transport.destination.peer))
        }
    }

    private func report(_ parsed: HTTPResponseParser.Parsed) {
        state = .answered
        replies += 1
        transport.didAnswer(self, parsed)
    }

    private func lose(_ failure: ExchangeFailure?) {
        let call = self.call
        close()
        transport.didLose(self, call, failure)
    }
}
