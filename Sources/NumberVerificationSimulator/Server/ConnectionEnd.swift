// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import Platform

/// Ends a connection below TLS, which would send close_notify first and wait for an answer.
enum ConnectionEnd: Sendable {
    /// The peer sees a reset (TCP RST).
    case reset
    /// The peer sees the end of the stream.
    case close
}

/// Carries out ``ConnectionEnd``, sent down the pipeline as a user event. First in the pipeline.
final class ConnectionEndHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? ConnectionEnd {
        case .close:
            context.close(promise: promise)
        case .reset:
            // Closing with a linger time of zero makes the kernel send a reset. On the event loop, the option is set at
            // once.
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: promise)
        case nil:
            context.triggerUserOutboundEvent(event, promise: promise)
        }
    }
}
