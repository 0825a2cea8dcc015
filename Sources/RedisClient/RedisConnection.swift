// SPDX-License-Identifier: MIT

import NIOCore
import NIOSSL
import NIOTLS
import RESP

/// Receives the events of a ``RedisConnection``, on its event loop.
protocol RedisConnectionOwner: AnyObject {
    /// The connection is established and, with TLS, the peer authenticated. Nothing was sent yet.
    func didOpen(_ connection: RedisConnection)
    /// The next reply came. Values that the server pushes are not reported.
    func didReceive(_ value: RESPValue, on connection: RedisConnection)
    /// The connection did not open, ended or became unusable. Reported at most once, and never after `close()`.
    func didFail(_ connection: RedisConnection, _ message: String)
}

/// One connection: writes commands, reads replies, and reports to its owner.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let eventLoop: any EventLoop
    private let peer: String
    private weak var owner: (any RedisConnectionOwner)?
    private var context: ChannelHandlerContext?
    private var parser = RESPParser()
    /// The commands of this tick of the event loop.
    private var outgoing = ByteBuffer()
    private var isFlushScheduled = false
    private var isClosed = false

    init(peer: String, owner: any RedisConnectionOwner, eventLoop: any EventLoop) {
        self.peer = peer
        self.owner = owner
        self.eventLoop = eventLoop
    }

    /// Takes over an established channel.
    func attach(to channel: any Channel, tls: NIOSSLClientHandler?) {
        // The connection was closed while the channel was being established.
        guard !isClosed else { return channel.close(promise: nil) }
        do {
            if let tls { try channel.pipeline.syncOperations.addHandler(tls) }
            try channel.pipeline.syncOperations.addHandler(self)
        } catch {
            channel.close(promise: nil)
            return fail("the connection to \(peer) ended while it was being established")
        }
        if tls == nil { owner?.didOpen(self) }
    }

    /// Writes a command at the end of the tick, together with others.
    ///
    /// - Returns: Its length in bytes.
    @discardableResult
    func write(_ command: RESPCommand) -> Int {
        let before = outgoing.readableBytes
        outgoing.write(command)
        if !isFlushScheduled {
            isFlushScheduled = true
            eventLoop.assumeIsolatedUnsafeUnchecked().execute { [self] in flush() }
        }
        return outgoing.readableBytes - before
    }

    private func flush() {
        isFlushScheduled = false
        guard let context, !isClosed, outgoing.readableBytes > 0 else { return }
        let bytes = outgoing
        // The next tick gets a new buffer, since this one is being written.
        outgoing = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Closes the connection without reporting.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        owner = nil
        context?.close(promise: nil)
    }

    /// Closes the connection and reports a failure.
    func fail(_ message: String) {
        guard !isClosed else { return }
        let owner = owner
        close()
        owner?.didFail(self, message)
    }
}

extension RedisConnection {
    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { owner?.didOpen(self) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosed else { return }
        parser.append(unwrapInboundIn(data))
        do throws(RESPParseError) {
            while !isClosed, let value = try parser.next() {
                if case .push = value { continue }
                owner?.didReceive(value, on: self)
            }
        } catch {
            fail("what \(peer) sent is not RESP: \(error); check that it is a Redis server")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("the connection to \(peer) failed: \(RedisDialer.cause(of: error))")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the connection to \(peer) ended")
        context.fireChannelInactive()
    }
}
