// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import Testing

@testable import NumberVerification

/// Failures of exchanges over real sockets, and whether the request may have been delivered.
@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportFailureTests {
    struct BadServer: Sendable, CustomTestStringConvertible {
        let name: String
        let script: ScriptedServer.Script
        let kind: AttemptError.Kind

        var testDescription: String { name }
    }

    @Test(arguments: [
        BadServer(name: "resets after the request", script: [.request, .reset], kind: .reset),
        BadServer(name: "closes after the request", script: [.request, .close], kind: .reset),
        BadServer(name: "closes inside the head", script: [.request, .send("HTTP/1.1 200"), .close], kind: .reset),
        BadServer(
            name: "closes inside a fixed body",
            script: [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), .close], kind: .reset),
        BadServer(
            name: "closes inside a chunk",
            script: [.request, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"), .close],
            kind: .reset),
        BadServer(
            name: "resets inside a body that the end of the connection ends",
            script: [.request, .send("HTTP/1.1 200 OK\r\n\r\n{}"), .reset], kind: .reset),
        BadServer(name: "speaks no HTTP", script: [.request, .send("SSH-2.0-OpenSSH_9.2\r\n")], kind: .badReply),
        BadServer(
            name: "speaks malformed HTTP", script: [.request, .send("HTTP/1.1 200 OK\nX: y\n\n")], kind: .badReply),
        BadServer(
            name: "sends too much head",
            script: [.request, .send("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 20_000))],
            kind: .badReply),
        BadServer(
            name: "announces too much body",
            script: [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n")], kind: .badReply),
        BadServer(
            name: "sends too much body",
            script: [.request, .send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 70_000))],
            kind: .badReply),
        BadServer(
            name: "states the length twice",
            script: [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")],
            kind: .badReply),
        BadServer(name: "switches protocols", script: [.request, .send("HTTP/1.1 101 X\r\n\r\n")], kind: .badReply),
    ])
    func failureAfterTheRequestWasSentMayHaveBeenDelivered(_ bad: BadServer) async throws {
        let server = try await ScriptedServer.start(bad.script)
        let client = try await TestClient(server)
        let call = try await client.start()
        let outcome = try await call.outcome()
        #expect(outcome.kind == bad.kind)
        #expect(outcome.delivered == .maybe)
        #expect(outcome.failure?.message.contains("127.0.0.1:\(server.port)") == true)
        await server.connectionEnded(0)
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
        #expect(call.completions == 1)
        #expect(server.connections == 1, "nothing is sent twice")
    }

    /// A port that no server of another test can get, since it is not among those that the system gives.
    private static let closedPort = Destination(scheme: .http, host: "127.0.0.1", port: 1)

    @Test func portWithoutAServerRefusesTheConnection() async throws {
        let client = try await TestClient(Self.closedPort)
        let call = try await client.start()
        let outcome = try await call.outcome()
        #expect(outcome.kind == .connectRefused)
        #expect(outcome.delivered == .no)
        #expect(
            outcome.failure?.message
                == "could not connect to 127.0.0.1:1: connection refused; "
                + "check host and port and that the service runs")
        #expect(!call.wasCompletedEarly)
    }

    @Test func everyCallWaitingForARefusedConnectionFails() async throws {
        let client = try await TestClient(Self.closedPort) {
            $0.maxConnections = 2
        }
        var calls: [Pending<Result<HTTPReply, ExchangeFailure>>] = []
        for _ in 0..<9 { calls.append(try await client.start()) }
        for call in calls { #expect(try await call.outcome().kind == .connectRefused) }
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
    }

    @Test func unresolvableHostIsADNSFailure() async throws {
        // A label above 63 bytes fails without a query to a resolver.
        let host = String(repeating: "a", count: 64) + ".invalid"
        let client = try await TestClient(Destination(scheme: .http, host: host, port: 80))
        let outcome = try await client.send()
        #expect(outcome.kind == .dns)
        #expect(outcome.delivered == .no)
        #expect(outcome.failure?.message.contains(host) == true)
    }

    @Test func hostNameIsResolved() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(Destination(scheme: .http, host: "localhost", port: server.port))
        #expect(try await client.send().body == "{}")
    }

    @Test func callWithADeadlineInThePastIsNotSent() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(server)
        let call = try await client.start(within: .seconds(-1))
        let outcome = try await call.outcome()
        #expect(outcome.kind == .connectTimeout)
        #expect(outcome.delivered == .no)
        #expect(!call.wasCompletedEarly)
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
    }
}
