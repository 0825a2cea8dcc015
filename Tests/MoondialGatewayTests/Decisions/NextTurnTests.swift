// SPDX-License-Identifier: MIT

import MoondialGateway
import NIOCore
import NIOPosix
import Platform
import Testing

@Suite struct NextTurnTests {
    /// What has happened on the event loop, in order.
    private final class Events: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var all: [String] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { all.append("input") }
    }

    /// Otherwise a gateway that is busy would neither read requests nor notice that too many come.
    @Test func inputThatHasComeIsReadBeforeTheCallBack() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let output = ends[1]
        defer { close(output) }
        let events = NIOLoopBoundBox.makeBoxSendingValue(Events(), eventLoop: eventLoop)
        let channel = try await NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(events.value)
                }
            }
            .takingOwnershipOfDescriptor(input: ends[0]).get()
        let seen = eventLoop.makePromise(of: [String].self)
        let turn = try await eventLoop.submit { NIOLoopBound(try NextTurn(on: eventLoop), eventLoop: eventLoop) }.get()
        @Sendable func turns(_ rest: Int) {
            // A task that takes long: a timer of some microseconds is due before the loop looks for input.
            let start = NIODeadline.now()
            while NIODeadline.now() - start < .milliseconds(1) {}
            events.value.all.append("turn")
            guard rest > 0 else { return seen.succeed(events.value.all) }
            _ = [UInt8(0)].withUnsafeBytes { write(output, $0.baseAddress, 1) }
            turn.value.callBack { turns(rest - 1) }
        }
        eventLoop.execute { turns(20) }
        #expect(try await seen.futureResult.get() == (0..<20).flatMap { _ in ["turn", "input"] } + ["turn"])
        try await eventLoop.submit { turn.value.close() }.get()
        try await channel.close().get()
    }

    @Test func closedTurnDoesNotCallBack() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let count = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: eventLoop)
        try await eventLoop.submit {
            let turn = try NextTurn(on: eventLoop)
            turn.callBack { count.value += 1 }
            turn.close()
            turn.callBack { count.value += 1 }
        }.get()
        for _ in 0..<3 {
            let other = try await eventLoop.submit { NIOLoopBound(try NextTurn(on: eventLoop), eventLoop: eventLoop) }
                .get()
            let called = eventLoop.makePromise(of: Void.self)
            eventLoop.execute { other.value.callBack { called.succeed() } }
            try await called.futureResult.get()
            try await eventLoop.submit { other.value.close() }.get()
        }
        #expect(try await eventLoop.submit { count.value }.get() == 0)
    }
}
