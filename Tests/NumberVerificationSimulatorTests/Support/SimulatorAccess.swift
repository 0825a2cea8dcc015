// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import RawConnections

/// How requests reach a simulator. The replies must be the same for all.
enum SimulatorAccess: String, CaseIterable, Sendable {
    case inProcess, socket, tls

    /// The reply to one request, or the error.
    enum Outcome: Hashable, Sendable, CustomStringConvertible {
        case reply(status: Int, body: String)
        case failure(AttemptError.Kind)

        var description: String {
            switch self {
            case .reply(let status, let body): "\(status) \(body.count > 200 ? "\(body.prefix(200))…" : body)"
            case .failure(let kind): kind.rawValue
            }
        }
    }

    /// Sends the requests one after the other to a new simulator, over one connection where possible.
    func outcomes(
        of requests: [RequestSketch], configuration: Simulator.Configuration = .init()
    ) async throws -> [Outcome] {
        let simulator = Simulator(configuration: configuration)
        switch self {
        case .inProcess:
            return try await Self.outcomes(of: requests) { InProcessTransport(simulator: simulator, eventLoop: $0) }
        case .socket:
            return try await withServer(simulator) { server in
                var outcomes: [Outcome] = []
                for request in requests {
                    let client = try await RawConnection.connect(to: server)
                    try await client.send(request.text)
                    outcomes.append(await client.outcome())
                }
                return outcomes
            }
        case .tls:
            return try await TestCertificate.withFiles { files in
                try await withServer(simulator, tls: files) { server in
                    var configuration = HTTPConfiguration()
                    configuration.connectTimeout = .seconds(50)
                    // A handshake is slow when all tests run at once on few cores.
                    configuration.tlsTimeout = .seconds(50)
                    configuration.trust = .file(files.certificateChain)
                    let destination = Destination(scheme: .https, host: server.host, port: server.port)
                    return try await Self.outcomes(of: requests) { [configuration] eventLoop in
                        try HTTPTransport(destination: destination, configuration: configuration, eventLoop: eventLoop)
                    }
                }
            }
        }
    }

    private static func outcomes(
        of requests: [RequestSketch], by makeTransport: @escaping @Sendable (any EventLoop) throws -> any Transport
    ) async throws -> [Outcome] {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let transport = try await eventLoop.submit {
            NIOLoopBound(try makeTransport(eventLoop), eventLoop: eventLoop)
        }.get()
        var outcomes: [Outcome] = []
        for request in requests {
            let promise = eventLoop.makePromise(of: Outcome.self)
            eventLoop.execute {
                _ = transport.value.send(request.bytes, deadline: .now() + .seconds(60)) { result in
                    promise.succeed(Outcome(result))
                }
            }
            outcomes.append(try await promise.futureResult.get())
        }
        try await eventLoop.submit { transport.value.close() }.get()
        return outcomes
    }
}

extension SimulatorAccess.Outcome {
    init(_ result: Result<HTTPReply, ExchangeFailure>) {
        switch result {
        case .success(let reply): self = .reply(status: reply.status, body: String(buffer: reply.body))
        case .failure(let failure): self = .failure(failure.kind)
        }
    }
}

/// Runs `body` with a server, and stops the server after it.
func withServer<Value: Sendable>(
    _ simulator: Simulator = Simulator(), tls: TLSFiles? = nil, _ body: (SimulatorServer) async throws -> Value
) async throws -> Value {
    let server = try await SimulatorServer.start(
        simulator: simulator, tls: tls, requestTime: .seconds(600),  // more than a busy machine needs
        group: MultiThreadedEventLoopGroup.singleton)
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        await server.stop()
        throw error
    }
}
