// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NIOSSL

/// Establishes the connections of an ``HTTPTransport``.
struct HTTPDialer {
    private let destination: Destination
    /// Set when the host is an address, so that no name is resolved.
    private let address: SocketAddress?
    private let bootstrap: ClientBootstrap
    /// Set for https.
    private let tlsContext: NIOSSLContext?

    init(
        destination: Destination, configuration: HTTPConfiguration, eventLoop: any EventLoop
    ) throws(TrustError) {
        self.destination = destination
        address = try? SocketAddress(ipAddress: destination.host, port: destination.port)
        // The transport's alarm ends the phase for the call; this later timeout ends the attempt to connect itself.
        bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(min(TimeAmount(configuration.connectTimeout), .hours(24)) + .seconds(1))
        switch destination.scheme {
        case .http: tlsContext = nil
        case .https: tlsContext = try configuration.trust.makeContext()
        }
    }

    /// Begins to establish a connection. The result is reported to the connection or its transport, now or later.
    func dial(_ connection: HTTPConnection, for transport: HTTPTransport) {
        let future =
            if let address { bootstrap.connect(to: address) } else {
                bootstrap.connect(host: destination.host, port: destination.port)
            }
        future.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): hand(channel, to: connection, for: transport)
            case .failure(let error): transport.didFailToConnect(connection, error)
            }
        }
    }

    private func hand(_ channel: any Channel, to connection: HTTPConnection, for transport: HTTPTransport) {
        guard let tlsContext else { return connection.attach(to: channel, tls: nil) }
        let handler: NIOSSLClientHandler
        do {
            // Without a name, the certificate must be for the address.
            let name = address == nil ? destination.host : nil
            handler = try NIOSSLClientHandler(context: tlsContext, serverHostname: name)
        } catch {
            channel.close(promise: nil)
            return transport.didFailHandshake(connection, error)
        }
        transport.didConnect(connection)
        connection.attach(to: channel, tls: handler)
    }
}
