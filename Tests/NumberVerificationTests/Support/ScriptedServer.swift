// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// A server on a free port of the loopback that does what a script says, byte by byte, and knows no HTTP beyond
/// where a request ends.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Waits for a whole request.
        case request
        /// Sends bytes.
        case send([UInt8])
        /// Waits until the test opens the gate.
        case wait(Gate)
        /// Opens the gate, for which the test waits.
        case open(Gate)
        /// Closes the connection without a reset.
        case close
        /// Ends the connection with a TCP reset.
        case reset

        static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    /// The steps of one connection, which stays open and silent after them.
    typealias Script = [Step]

    private struct Record {
        var connections = 0
        var requests: [String] = []
        var closed: [Int: Gate] = [:]
    }

    private let record = NIOLockedValueBox(Record())
    private let scripts: [Script]
    private let channel = NIOLockedValueBox<(any Channel)?>(nil)

    /// Not a shared loop, so that the server works while a test blocks the event loop of the client.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(scripts: [Script]) {
        self.scripts = scripts
    }

    /// Starts a server whose n-th connection follows the n-th script, and all further ones the last.
    static func start(tls: NIOSSLContext? = nil, _ scripts: Script...) async throws -> ScriptedServer {
        let server = ScriptedServer(scripts: scripts)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(server.makeHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLockedValue { $0 = channel }
        return server
    }

    var port: Int { channel.withLockedValue { $0?.localAddress?.port } ?? 0 }

    /// How many connections were made so far.
    var connections: Int { record.withLockedValue { $0.connections } }

    /// The requests read so far, in the order of arrival.
    var requests: [String] { record.withLockedValue { $0.requests } }

    /// Returns when the connection of that number, from 0, has ended.
    func connectionEnded(_ number: Int) async {
        await closedGate(number).wait()
    }

    fileprivate func add(request: String) {
        record.withLockedValue { $0.requests.append(request) }
    }

    /// Opens when the connection of that number, from 0, has ended.
    func closedGate(_ number: Int) -> Gate {
        record.withLockedValue { record in
            let gate = record.closed[number] ?? Gate()
            record.closed[number] = gate
            return gate
        }
    }

    private func makeHandler() -> ScriptHandler {
        let number = record.withLockedValue { record in
            defer { record.connections += 1 }
            return record.connections
        }
        return ScriptHandler(server: self, number: number, script: scripts[min(number, scripts.count - 1)])
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private let number: Int
    private var script: ArraySlice<ScriptedServer.Step>
    private var received = ""
    private var isRunning = false

    init(server: ScriptedServer, number: Int, script: ScriptedServer.Script) {
        self.server = server
        self.number = number
        self.script = script[...]
    }

    func channelActive(context: ChannelHandlerContext) {
        run(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        run(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        script = []
        server.closedGate(number).open()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func run(_ context: ChannelHandlerContext) {
        guard !isRunning else { return }
        isRunning = true
        while let step = script.first {
            switch step {
            case .request:
                guard let request = takeRequest() else { return isRunning = false }
                server.add(request: request)
            case .send(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .wait(let gate):
                // `isRunning` stays set until the gate opens.
                script.removeFirst()
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                let loop = context.eventLoop
                return gate.whenOpen {
                    loop.execute {
                        let (handler, context) = bound.value
                        handler.isRunning = false
                        handler.run(context)
                    }
                }
            case .open(let gate):
                gate.open()
            case .close:
                context.close(promise: nil)
            case .reset:
                let options = context.channel as? any SocketOptionProvider
                options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
                // Closed below TLS, which would send a close_notify first.
                let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
                (tls ?? context).close(promise: nil)
            }
            if !script.isEmpty { script.removeFirst() }
        }
        isRunning = false
    }

    /// The next whole request, a head and the bytes of its Content-Length, or nil until all have arrived.
    private func takeRequest() -> String? {
        guard let head = received.firstRange(of: "\r\n\r\n") else { return nil }
        var length = 0
        for line in received[..<head.lowerBound].split(separator: "\r\n") where line.hasPrefix("Content-Length: ") {
            length = Int(line.dropFirst("Content-Length: ".count)) ?? 0
        }
        guard received.utf8.distance(from: head.upperBound, to: received.endIndex) >= length else { return nil }
        let end = received.utf8.index(head.upperBound, offsetBy: length)
        defer { received = String(received[end...]) }
        return String(received[..<end])
    }
}
