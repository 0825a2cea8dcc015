// SPDX-License-Identifier: MIT

package import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Checks whether a service can be reached: resolves its name, connects, and does the TLS handshake. Sends no request.
package enum ConnectionProbe {
    /// The result of the check.
    package enum Outcome: Sendable, Hashable {
        /// The connection was established, with TLS for https.
        case reached
        /// The kind of failure, and a message that says what happened and what to do.
        case failed(AttemptError.Kind, message: String)
    }

    /// Runs the check, which ends within the times that the configuration allows for connection and handshake.
    ///
    /// - Throws: ``TrustError`` when the certificates to trust cannot be loaded.
    package static func run(
        _ destination: Destination, _ configuration: HTTPConfiguration, eventLoop: any EventLoop
    ) throws(TrustError) -> EventLoopFuture<Outcome> {
        let context: NIOSSLContext? =
            switch destination.scheme {
            case .http: nil
            case .https: try configuration.trust.makeContext()
            }
        let address = try? SocketAddress(ipAddress: destination.host, port: destination.port)
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(TimeAmount(configuration.connectTimeout))
        let connecting =
            address.map { bootstrap.connect(to: $0) }
            ?? bootstrap.connect(host: destination.host, port: destination.port)
        let patience = TimeAmount(configuration.tlsTimeout)
        return connecting.flatMap { channel in
            shakeHands(channel, context, address == nil ? destination.host : nil, patience).flatMapErrorThrowing {
                throw HandshakeFailure(cause: $0)
            }.always { _ in channel.close(promise: nil) }
        }.map { Outcome.reached }.flatMapErrorThrowing { error in
            let failure =
                if let failure = error as? HandshakeFailure {
                    ExchangeFailure.handshake(with: destination, failedWith: failure.cause)
                } else {
                    ExchangeFailure.connecting(to: destination, failedWith: error)
                }
            return .failed(failure.kind, message: failure.message)
        }
    }

    private struct HandshakeFailure: Error {
        let cause: any Error
    }

    private static func shakeHands(
        _ channel: any Channel, _ context: NIOSSLContext?, _ name: String?, _ patience: TimeAmount
    ) -> EventLoopFuture<Void> {
        let done = channel.eventLoop.makePromise(of: Void.self)
        guard let context else {
            done.succeed()
            return done.futureResult
        }
        let alarm = channel.eventLoop.scheduleTask(in: patience) { done.fail(ChannelError.connectTimeout(patience)) }
        do {
            try channel.pipeline.syncOperations.addHandlers(
                NIOSSLClientHandler(context: context, serverHostname: name), HandshakeWatch(done))
        } catch {
            done.fail(error)
        }
        return done.futureResult.always { _ in alarm.cancel() }
    }
}

/// Waits for the end of a handshake.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = Never

    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { done.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
