// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import NIOSSL
import NumberVerification
import Platform

/// Where a listener can be reached.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    case tcp(host: String, port: Int)
    /// A Unix socket at a path.
    case unix(String)
    /// The descriptor of a socket that another process has opened.
    case inherited(Int32)

    /// `HOST:PORT` with brackets around an IPv6 address, or `unix:PATH`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard !path.isEmpty else { return nil }
            self = .unix(path)
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), let port = UInt16(text[colon...].dropFirst())
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self = .tcp(host: host, port: Int(port))
    }

    /// Nil for an address without a port or a path.
    init?(_ address: SocketAddress) {
        if let host = address.ipAddress, let port = address.port {
            self = .tcp(host: host, port: port)
        } else if let path = address.pathname, !path.isEmpty {
            self = .unix(path)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        case .inherited(let descriptor): "descriptor \(descriptor)"
        }
    }

    /// The URL that clients connect to: `http://HOST:PORT`, or `unix:PATH`.
    package func url(isEncrypted: Bool) -> String {
        guard case .tcp = self else { return description }
        return "\(isEncrypted ? "https" : "http")://\(description)"
    }

    /// Whether only this machine can reach the address.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .inherited: false
        case .tcp(let host, _): host.isLoopbackHost
        }
    }
}

/// An error of listening on an address.
package struct ListenError: Error {
    package let address: ListenAddress
    /// The error of the system.
    package let cause: any Error

    package init(address: ListenAddress, cause: any Error) {
        self.address = address
        self.cause = cause
    }
}

/// Accepts connections on one event loop. They may be served on others.
struct Listener {
    let channel: any Channel
    let address: ListenAddress

    /// Returns the TLS context for a new connection, which may change while the listener works.
    typealias CurrentTLS = @Sendable () -> NIOSSLContext?

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: Port 0 takes a free one.
    ///   - sharesPort: Whether other event loops listen on the same port.
    ///   - backlog: Connections that wait to be accepted. The default is 4,096.
    ///   - eventLoop: The loop that accepts connections.
    ///   - servers: The event loops that serve the connections, in turn.
    ///   - tls: Called for each new connection; nil means plain HTTP.
    ///   - handler: Makes the handler of a connection, on the event loop that serves it. The second argument writes to the
    ///     socket directly; nil for an encrypted connection.
    /// - Returns: The listener, with the port that it got.
    /// - Throws: ``ListenError``.
    static func start(
        on address: ListenAddress, sharesPort: Bool, backlog: Int32 = 4096, eventLoop: any EventLoop,
        servers: any EventLoopGroup, tls: @escaping CurrentTLS,
        handler: @escaping @Sendable (any EventLoop, SocketSender?) -> ServerConnection
    ) async throws -> Listener {
        let bootstrap = ServerBootstrap(group: eventLoop, childGroup: servers)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Overload is noticed by requests of connections that were accepted, and accepting takes time from runs.
            .serverChannelOption(.maxMessagesPerRead, value: 32)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if channel.localAddress?.ipAddress != nil {
                        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
                    }
                    let tls = tls()
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let sender = tls == nil ? SocketSender(channel) : nil
                    try channel.pipeline.syncOperations.addHandler(handler(channel.eventLoop, sender))
                }
            }
        do {
            return try await bootstrap.listen(to: address, sharesPort: sharesPort)
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    /// Makes sure that no other process listens on an address that several event loops will share. With SO_REUSEPORT
    /// the system would allow both, and give each a part of the connections.
    ///
    /// - Throws: ``ListenError``.
    static func checkIsFree(_ address: ListenAddress) throws {
        guard case .tcp(let host, let port) = address, port != 0 else { return }
        do {
            let resolved = try SocketAddress.makeAddressResolvingHost(host, port: port)
            let descriptor = socket(CInt(resolved.protocol.rawValue), streamSocket, 0)
            guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
            defer { close(descriptor) }
            var one: CInt = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout.size(ofValue: one)))
            let status = resolved.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
            guard status == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    /// Refuses a path where a process listens, or where another file is. A socket that a killed process has left is replaced.
    fileprivate static func checkIsFree(_ path: String) throws {
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
            throw IOError(errnoCode: ENAMETOOLONG, reason: "bind")
        }
        guard let status = SystemCalls.status(at: path) else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw IOError(errnoCode: EEXIST, reason: "bind") }
        let descriptor = socket(AF_UNIX, streamSocket, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { close(descriptor) }
        guard address.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) != 0 else {
            throw IOError(errnoCode: EADDRINUSE, reason: "bind")
        }
    }

    private static var streamSocket: CInt {
        #if canImport(Glibc)
            CInt(SOCK_STREAM.rawValue)
        #else
            SOCK_STREAM
        #endif
    }

    /// Accepts no further connection.
    func stop() async {
        // Closing fails only when the channel is closed already.
        try? await channel.close().get()
    }
}

extension ServerBootstrap {
    fileprivate func listen(to address: ListenAddress, sharesPort: Bool) async throws -> Listener {
        switch address {
        case .tcp(let host, let port):
            let reusePort = NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
            let bootstrap = sharesPort ? serverChannelOption(.socketOption(reusePort), value: 1) : self
            let channel = try await bootstrap.bind(host: host, port: port).get()
            return Listener(channel: channel, address: .tcp(host: host, port: channel.localAddress?.port ?? port))
        case .unix(let path):
            try Listener.checkIsFree(path)
            let channel = try await bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            // Only the user that the gateway runs as may connect.
            guard chmod(path, 0o600) == 0 else { throw IOError(errnoCode: errno, reason: "chmod") }
            return Listener(channel: channel, address: address)
        case .inherited(let descriptor):
            let channel = try await withBoundSocket(descriptor).get()
            return Listener(channel: channel, address: channel.localAddress.flatMap(ListenAddress.init) ?? address)
        }
    }
}
