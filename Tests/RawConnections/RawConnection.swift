// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore
import NIOPosix

/// A TCP connection that sends given bytes, and returns the received ones.
package struct RawConnection: Sendable {
    private enum Arrival: Sendable {
        case bytes(ByteBuffer)
        case reset
    }

    private let channel: any Channel
    private let arrivals: AsyncStream<Arrival>

    /// With `reads` false, nothing is ever received.
    package static func connect(
        host: String = "127.0.0.1", port: Int, reads: Bool = true
    ) async throws -> RawConnection {
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.hours(1))  // the loop is shared with tests that keep it busy
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation: continuation))
                }
            }
            .connect(host: host, port: port).get()
        return RawConnection(channel: channel, arrivals: arrivals)
    }

    package func send(_ text: String) async throws {
        try await send(ByteBuffer(string: text))
    }

    package func send(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes).get()
    }

    /// Shuts down the sending side of the connection.
    package func endInput() async throws {
        try await channel.close(mode: .output).get()
    }

    package func close() async {
        try? await channel.close().get()
    }

    /// All bytes until the server closes the connection; nil when it resets the connection.
    package func rest() async -> String? {
        var received = ByteBuffer()
        for await arrival in arrivals {
            guard case .bytes(var bytes) = arrival else { return nil }
            received.writeBuffer(&bytes)
        }
        return String(buffer: received)
    }

    /// All bytes up to and including the first occurrence of `ending`.
    package func receive(upTo ending: String) async -> String {
        var received = ""
        for await arrival in arrivals {
            guard case .bytes(let bytes) = arrival else { return received + "<reset>" }
            received += String(buffer: bytes)
            if received.contains(ending) { return received }
        }
        return received + "<end>"
    }

    /// The next reply.
    ///
    /// - Throws: `HTTPReplyError` when the received bytes are no reply, or end inside one.
    package func reply() async throws -> HTTPReply {
        var parser = HTTPResponseParser()
        for await arrival in arrivals {
            guard case .bytes(let bytes) = arrival else { break }
            if let parsed = try parser.consume(bytes) { return parsed.reply }
        }
        return try parser.end().reply
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
