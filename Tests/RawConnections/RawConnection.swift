// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

/// A TCP connection that sends what it is told, and hands over what comes.
struct RawClient: Sendable {
    private enum Arrival: Sendable {
        case bytes(ByteBuffer)
        case reset
    }

    private let channel: any Channel
    private let arrivals: AsyncStream<Arrival>

    static func connect(to server: SimulatorServer) async throws -> RawClient {
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.hours(1))  // the loop is shared with tests that keep it busy
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation: continuation))
                }
            }
            .connect(host: server.host, port: server.port).get()
        return RawClient(channel: channel, arrivals: arrivals)
    }

    func send(_ text: String) async throws {
        try await send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes).get()
    }

    /// Ends our side of the connection.
    func endInput() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async {
        try? await channel.close().get()
    }

    /// Everything until the server ends the connection; nil when it is reset.
    func rest() async -> String? {
        var received = ByteBuffer()
        for await arrival in arrivals {
            guard case .bytes(var bytes) = arrival else { return nil }
            received.writeBuffer(&bytes)
        }
        return String(buffer: received)
    }

    /// Everything up to and including the first occurrence of `ending`.
    func receive(upTo ending: String) async -> String {
        var received = ""
        for await arrival in arrivals {
            guard case .bytes(let bytes) = arrival else { return received + "<reset>" }
            received += String(buffer: bytes)
            if received.contains(ending) { return received }
        }
        return received + "<end>"
    }

    /// The next reply, read as the client reads it.
    func outcome() async -> Way.Outcome {
        var parser = HTTPResponseParser()
        do {
            for await arrival in arrivals {
                guard case .bytes(let bytes) = arrival else { return .failure(.reset) }
                if let parsed = try parser.consume(bytes) { return Way.Outcome(.success(parsed.reply)) }
            }
            return Way.Outcome(.success(try parser.end().reply))
        } catch {
            return .failure(error == .truncated ? .reset : .badReply)
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncStream<Arrival>.Continuation

        init(continuation: AsyncStream<Arrival>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(.bytes(unwrapInboundIn(data)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { continuation.finish() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            continuation.yield(.reset)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }
    }
}
