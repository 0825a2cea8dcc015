// SPDX-License-Identifier: MIT

package import NIOCore
import NIOPosix
import Platform

/// Calls back when an event loop has looked for input once more. Used on that event loop only.
///
/// Neither a task nor a timer does that: a task that is due runs before the loop looks for input, and until a timer is due
/// the loop may sleep, which takes longer than many runs. So the loop is given some input of its own, through a pipe.
package final class NextTurn {
    private let eventLoop: any EventLoop
    private let output: CInt
    private let input: EventLoopFuture<any Channel>
    private var body: (() -> Void)?
    private var isClosed = false

    /// - Throws: `IOError` when the process has too many open files.
    package init(on eventLoop: any EventLoop) throws {
        self.eventLoop = eventLoop
        guard let pipe = SystemCalls.pipe() else { throw IOError(errnoCode: errno, reason: "pipe") }
        let reader = TurnReader()
        let bound = NIOLoopBound(reader, eventLoop: eventLoop)
        input = NIOPipeBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .takingOwnershipOfDescriptor(input: pipe.reading)
        output = pipe.writing
        reader.onInput = { [weak self] in self?.turn() }
    }

    deinit { close() }

    /// Calls `body` once, after the events that the loop finds when it looks for input the next time.
    package func callBack(_ body: @escaping () -> Void) {
        guard !isClosed else { return }
        self.body = body
        // There is room for the byte: the one before it was read.
        _ = withUnsafeBytes(of: UInt8(0)) { SystemCalls.write(output, $0) }
    }

    private func turn() {
        // The loop has still to handle the other events that it has found.
        eventLoop.assumeIsolated().execute { [self] in
            let body = body
            self.body = nil
            body?()
        }
    }

    /// Calls back no more.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        body = nil
        SystemCalls.close(output)
        input.whenSuccess { $0.close(promise: nil) }
    }
}

private final class TurnReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var onInput: (() -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { onInput?() }
}
