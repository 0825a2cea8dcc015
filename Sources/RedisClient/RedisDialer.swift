// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// Why certificates to trust could not be loaded.
package struct RedisTrustError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, what happened and what to do.
    package let description: String
}

/// The TLS context, loaded once for all clients.
package struct RedisTLS: Sendable {
    let context: NIOSSLContext

    /// Loads the certificates. Takes milliseconds with those of the system.
    ///
    /// - Throws: ``RedisTrustError`` when that fails.
    package init(_ trust: RedisTrust) throws(RedisTrustError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.shutdownTimeout = .seconds(1)
        if case .file(let path) = trust {
            let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
            guard !certificates.isEmpty else {
                throw RedisTrustError(
                    description: "the CA file \(path) cannot be read or holds no PEM certificate; "
                        + "it must have BEGIN CERTIFICATE lines")
            }
            tls.trustRoots = .certificates(certificates)
        }
        do {
            context = try NIOSSLContext(configuration: tls)
        } catch {
            throw RedisTrustError(description: "could not set up TLS: \(error)")
        }
    }
}

/// Establishes the connections of a ``RedisClient``.
struct RedisDialer {
    private let bootstrap: ClientBootstrap
    /// Set for TLS.
    private let tls: RedisTLS?

    init(tls: RedisTLS?, connectTimeout: TimeAmount, eventLoop: any EventLoop) {
        self.tls = tls
        bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(connectTimeout)
    }

    /// Begins to establish a connection. The result is reported to the connection's owner, now or later.
    ///
    /// - Parameters:
    ///   - connection: The connection that takes over the channel.
    ///   - address: The address of the server.
    ///   - usesTLS: Whether TLS is used, if the client uses it at all.
    func dial(_ connection: RedisConnection, to address: RedisAddress, usesTLS: Bool = true) {
        var name: String?
        let future: EventLoopFuture<any Channel>
        switch address {
        case .unixSocket(let path): future = bootstrap.connect(unixDomainSocketPath: path)
        case .host(let host, let port):
            if let address = try? SocketAddress(ipAddress: host, port: port) {
                future = bootstrap.connect(to: address)
            } else {
                future = bootstrap.connect(host: host, port: port)
                // Without a name, the certificate must be for the address.
                name = host
            }
        }
        future.assumeIsolated().whenComplete { result in
            do {
                let channel = try result.get()
                var handler: NIOSSLClientHandler?
                if usesTLS, let tls {
                    handler = try NIOSSLClientHandler(context: tls.context, serverHostname: name)
                }
                connection.attach(to: channel, tls: handler)
            } catch {
                connection.fail("could not connect to \(address): \(Self.cause(of: error)); check that the server runs")
            }
        }
    }

    static func cause(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            return error.connectionErrors.first.map { cause(of: $0.error) } ?? "the host name could not be resolved"
        case let error as IOError: return Errno(rawValue: error.errnoCode).description
        case ChannelError.connectTimeout: return "no connection in time"
        case ChannelError.eof: return "the connection ended"
        case is NIOSSLExtraError: return "the certificate is for another host"
        case is NIOSSLError:
            return "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
                ? "the certificate is not trusted" : "the TLS handshake failed"
        default: return "\(type(of: error))"
        }
    }
}
