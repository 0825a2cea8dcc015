// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL

/// A simulator behind a port: HTTP/1.1 with keep-alive, over TCP or TLS.
package final class SimulatorServer: Sendable {
    /// The address to connect to, as given to `start`.
    package let host: String
    /// The port that the server listens on; never 0.
    package let port: Int
    /// Whether connections are encrypted.
    package let isEncrypted: Bool

    private let listener: any Channel
    private let connections: OpenConnections

    private init(host: String, port: Int, isEncrypted: Bool, listener: any Channel, connections: OpenConnections) {
        self.host = host
        self.port = port
        self.isEncrypted = isEncrypted
        self.listener = listener
        self.connections = connections
    }

    /// The base URL for clients, such as `http://127.0.0.1:8080`.
    package var baseURL: String {
        "\(isEncrypted ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Starts to listen, and returns when connections are accepted.
    ///
    /// - Parameters:
    ///   - simulator: Answers the requests.
    ///   - host: An address of this machine or a name for one. The default is 127.0.0.1.
    ///   - port: 0, the default, takes a free one.
    ///   - tls: Certificate and key; nil, the default, means plain HTTP.
    ///   - requestTime: The time limit of a TLS handshake, and of a request from its first byte to its last. The default
    ///     is 10 s.
    ///   - group: Serves the connections; it must outlive the server.
    /// - Returns: The server; it runs until ``stop()``.
    /// - Throws: ``SimulatorServerError`` when a file or the port cannot be used.
    package static func start(
        simulator: Simulator, host: String = "127.0.0.1", port: Int = 0, tls: TLSFiles? = nil,
        requestTime: Duration = .seconds(10), group: any EventLoopGroup
    ) async throws(SimulatorServerError) -> SimulatorServer {
        let context = try tls?.makeContext()
        let connections = OpenConnections()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ConnectionEndHandler())
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(
                        SimulatorConnectionHandler(
                            simulator: simulator, isEncrypted: context != nil, requestTime: TimeAmount(requestTime)))
                }
            }
        let listener: any Channel
        do {
            listener = try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw .cannotListen(host: host, port: port, error)
        }
        return SimulatorServer(
            host: host, port: listener.localAddress?.port ?? port, isEncrypted: context != nil, listener: listener,
            connections: connections)
    }

    /// Stops listening, closes all connections at once, and returns when they are closed.
    package func stop() async {
        // Closing fails only when the listener is closed already.
        try? await listener.close().get()
        await connections.closeAll()
    }
}

/// The connections of one server, so that they can be closed with it.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())

    func add(_ channel: any Channel) {
        let isTooLate = state.withLockedValue { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isClosed
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLockedValue { $0.channels[ObjectIdentifier(channel)] = nil }
        }
        if isTooLate { channel.close(promise: nil) }
    }

    func closeAll() async {
        let channels = state.withLockedValue { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.triggerUserOutboundEvent(ConnectionEnd.close, promise: nil)
            try? await channel.closeFuture.get()
        }
    }
}
