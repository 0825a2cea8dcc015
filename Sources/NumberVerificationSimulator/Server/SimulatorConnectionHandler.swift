// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOTLS

/// One connection: reads requests, plays a reply for each, in order and one at a time.
///
/// While a reply is played, or the client does not read its replies, nothing more is read from the client, so that it
/// cannot fill the memory.
final class SimulatorConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case waiting
        case playing(ReplyPlayer)
        /// The last reply is being sent; further input is dropped.
        case draining
        case closed
    }

    /// How long a client may take to close after its last reply.
    private static let drainTime = TimeAmount.seconds(1)

    private let simulator: Simulator
    private let isEncrypted: Bool
    private let requestTime: TimeAmount
    /// Ends a handshake or request that is not complete in time.
    private var patience: Scheduled<Void>?
    private var parser = HTTPRequestParser()
    private var state = State.waiting
    private var drainTimeout: Scheduled<Void>?
    private var isReadHeld = false
    private var hasInputEnded = false
    private var isAdvancing = false

    /// `requestTime` is the time limit of a TLS handshake, and of a request from its first byte to its last.
    init(simulator: Simulator, isEncrypted: Bool, requestTime: TimeAmount) {
        self.simulator = simulator
        self.isEncrypted = isEncrypted
        self.requestTime = requestTime
    }

    func channelActive(context: ChannelHandlerContext) {
        if isEncrypted {
            patience = context.eventLoop.assumeIsolated().scheduleTask(in: requestTime) {
                context.triggerUserOutboundEvent(ConnectionEnd.close, promise: nil)
            }
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .waiting, .playing:
            parser.receive(unwrapInboundIn(data))
            advance(context)
        case .draining, .closed:
            break
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead(context) { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        advance(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { stopWaiting() }
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if drainTimeout == nil { advance(context) } else { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .playing(let player) = state { player.stop() }
        state = .closed
        drainTimeout?.cancel()
        stopWaiting()
        context.fireChannelInactive()
    }
}

extension SimulatorConnectionHandler {
    /// Answers the requests that have come so far. Does nothing when called recursively: replies without waits are
    /// played inside.
    private func advance(_ context: ChannelHandlerContext) {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var hasAll = false
        while !hasAll, case .waiting = state, context.channel.isWritable {
            do {
                switch try parser.next() {
                case .request(let request): play(simulator.reply(to: request), context)
                case .continueExpected: write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), context)
                case nil: hasAll = true
                }
            } catch {
                play(simulator.reply(to: error), context)
            }
        }
        if hasAll, hasInputEnded { drain(context) }
        watchRequest(context)
        if isReadHeld, mayRead(context) {
            isReadHeld = false
            context.read()
        }
    }

    /// Sets the time limit of a request that has begun, and cancels it when none is being read.
    private func watchRequest(_ context: ChannelHandlerContext) {
        guard case .waiting = state, parser.progress != .none else { return stopWaiting() }
        if patience != nil { return }
        patience = context.eventLoop.assumeIsolated().scheduleTask(in: requestTime) { [self] in
            patience = nil
            guard case .waiting = state else { return }
            play(simulator.reply(to: .timeout), context)
        }
    }

    private func stopWaiting() {
        patience?.cancel()
        patience = nil
    }

    private func play(_ reply: SimulatedReply, _ context: ChannelHandlerContext) {
        let player = ReplyPlayer(reply, on: context.eventLoop) { [weak self] event in
            guard let self else { return }
            switch event {
            case .bytes(let bytes):
                write(bytes, context)
            case .reset:
                state = .closed
                context.triggerUserOutboundEvent(ConnectionEnd.reset, promise: nil)
            case .close:
                drain(context)
                advance(context)  // Lets a held read go on.
            case .end, .deadline:
                state = .waiting
                advance(context)
            }
        }
        state = .playing(player)
        player.start()
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Closes our side once everything is sent, and the connection when the client has closed its side. Closing both
    /// sides at once would reset the connection if there is unread input, and the client could lose the reply: RFC
    /// 9112, section 9.6.
    private func drain(_ context: ChannelHandlerContext) {
        state = .draining
        let isSent = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: isSent)
        isSent.futureResult.assumeIsolated().whenComplete { _ in
            guard case .draining = self.state else { return }
            guard !self.hasInputEnded else { return context.close(promise: nil) }
            context.close(mode: .output, promise: nil)
            self.drainTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.drainTime) {
                context.triggerUserOutboundEvent(ConnectionEnd.close, promise: nil)
            }
        }
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        switch state {
        case .waiting: context.channel.isWritable
        case .playing: false
        case .draining, .closed: true
        }
    }
}
