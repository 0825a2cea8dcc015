// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Platform

/// A server on a free port of the loopback whose replies a closure gives, for faults that a real server does not have.
package final class FakeRedisServer: Sendable {
    /// The reaction to a command.
    package enum Action: Sendable {
        case send(String)
        case reset
        case nothing
    }

    private let channel: any Channel

    package var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel) {
        self.channel = channel
    }

    /// Starts the server. The closure gets the number of the connection, from 0, and the bytes of a command. Commands
    /// are split at asterisks, so their arguments must have none.
    package static func start(
        _ answer: @escaping @Sendable (_ connection: Int, _ command: String) -> Action
    ) async throws -> FakeRedisServer {
        let count = NIOLockedValueBox(0)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = count.withLockedValue { count in
                        defer { count += 1 }
                        return count
                    }
                    let handler = Handler(connection: number, answer: answer)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeRedisServer(channel: channel)
    }

    package func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let connection: Int
        private let answer: @Sendable (Int, String) -> Action

        init(connection: Int, answer: @escaping @Sendable (Int, String) -> Action) {
            self.connection = connection
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for command in String(buffer: unwrapInboundIn(data)).split(separator: "*") {
                perform(answer(connection, "*" + command), context)
            }
        }

        private func perform(_ action: Action, _ context: ChannelHandlerContext) {
            switch action {
            case .send(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .nothing: break
            case .reset:
                // Closing with this option sends a reset.
                let channel = context.channel
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}
