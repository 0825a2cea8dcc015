// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import Testing

@testable import NumberVerification

/// Every phase ends in time: by its own timeout, and by the deadline of the call.
@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportTimeoutTests {
    /// The timeout or deadline that ends the call in these tests.
    private static let short = Duration.milliseconds(60)

    /// A listener that accepts nothing and whose backlog is full: the system leaves further connections unanswered.
    private final class SilentListener: Sendable {
        let port: Int
        private let channels: [any Channel]

        init() async throws {
            let group = MultiThreadedEventLoopGroup.singleton
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 0)
                .serverChannelOption(.autoRead, value: false)
                .bind(host: "127.0.0.1", port: 0).get()
            port = listener.localAddress?.port ?? 0
            channels = [listener, try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()]
        }

        func close() async {
            // The system may have ended the connection with its listener.
            for channel in channels { try? await channel.close() }
        }
    }

    @Test(arguments: [true, false])
    func connectTimesOutByTimeoutOrDeadline(byDeadline: Bool) async throws {
        let listener = try await SilentListener()
        let client = try await TestClient(Destination(scheme: .http, host: "127.0.0.1", port: listener.port)) {
            if !byDeadline { $0.connectTimeout = Self.short }
        }
        let outcome = try await client.send(within: byDeadline ? TimeAmount(Self.short) : .seconds(100))
        #expect(outcome.kind == .connectTimeout)
        #expect(outcome.delivered == .no)
        try await client.close()
        await listener.close()
    }

    @Test func handshakeTimesOut() async throws {
        let server = try await ScriptedServer.start([])
        let client = try await TestClient(Destination(scheme: .https, host: "127.0.0.1", port: server.port)) {
            $0.trust = .insecure
            $0.tlsTimeout = Self.short
        }
        let outcome = try await client.send()
        #expect(outcome.kind == .tls)
        #expect(outcome.delivered == .no)
        #expect(outcome.failure?.message.contains("did not complete the TLS handshake in time") == true)
        try await client.close()
        await server.connectionEnded(0)
    }

    @Test func handshakeEndsAtTheDeadlineOfTheCall() async throws {
        let server = try await ScriptedServer.start([])
        let client = try await TestClient(Destination(scheme: .https, host: "127.0.0.1", port: server.port)) {
            $0.trust = .insecure
        }
        // On a busy machine, a short deadline may pass before the connection is established.
        for time in [60, 600, 6000] as [Int64] {
            let outcome = try await client.send(within: .milliseconds(time))
            #expect(outcome.delivered == .no)
            if outcome.kind == .tls { break }
            #expect(outcome.kind == .connectTimeout)
            #expect(time < 6000)
        }
        try await client.close()
    }

    @Test(arguments: Self.incompleteReplies)
    func incompleteReplyTimesOut(soFar: String) async throws {
        let server = try await ScriptedServer.start([.request, .send(soFar)])
        let client = try await TestClient(server) { $0.responseTimeout = Self.short }
        let outcome = try await client.send()
        #expect(outcome.kind == .responseTimeout)
        #expect(outcome.delivered == .maybe)
        await server.connectionEnded(0)
    }

    @Test(arguments: Self.incompleteReplies)
    func incompleteReplyEndsAtTheDeadlineOfTheCall(soFar: String) async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}")), .request, .send(soFar)])
        let client = try await TestClient(server)
        // Opens the connection, so that the next request is written before its short deadline.
        #expect(try await client.send().status == 200)
        let outcome = try await client.send(within: TimeAmount(Self.short))
        #expect(outcome.kind == .responseTimeout)
        #expect(outcome.delivered == .maybe)
        await server.connectionEnded(0)
        #expect(server.connections == 1)
    }

    private static let incompleteReplies = [
        "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n{}",
    ]

    @Test func queuedCallEndsAtItsDeadline() async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start([.request, .wait(gate), .send(reply("{}"))])
        let client = try await TestClient(server) { $0.maxConnections = 1 }
        let first = try await client.start()
        let second = try await client.send(within: TimeAmount(Self.short))
        #expect(second.kind == .poolFull)
        #expect(second.delivered == .no)
        gate.open()
        #expect(try await first.outcome().body == "{}")
        #expect(server.requests.count == 1)
    }

    @Test func busyEventLoopDoesNotSendACallAfterItsDeadline() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(server)
        let done = Gate()
        try await client.onLoop { transport in
            let deadline = NIODeadline.now() + .milliseconds(20)
            _ = transport.send(ByteBuffer(string: TestClient.request), deadline: deadline) { outcome in
                #expect(outcome.kind == .connectTimeout)
                #expect(outcome.delivered == .no)
                done.open()
            }
            // Blocks the loop like a long hook: when the loop runs again, the connection is open and the deadline over.
            while NIODeadline.now() <= deadline {}
        }
        await done.wait()
        #expect(server.requests.isEmpty)
    }

    @Test func lateReplyIsNotTakenForTheReplyToTheNextCall() async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start(
            [.request, .send(reply("first")), .request, .wait(gate), .send(reply("late"))],
            [.request, .send(reply("third"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "first")
        #expect(try await client.send(within: TimeAmount(Self.short)).kind == .responseTimeout)
        gate.open()
        #expect(try await client.send().body == "third")
        #expect(server.connections == 2)
    }

    @Test func idleConnectionIsClosedAfterItsIdleTime() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(server) { $0.idleTimeout = Self.short }
        #expect(try await client.send().status == 200)
        await server.connectionEnded(0)
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
    }

    @Test func connectionUsedByQueuedCallsIsClosedAfterItsIdleTime() async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start(
            [.request, .wait(gate), .send(reply("1")), .request, .send(reply("2"))], [])
        let client = try await TestClient(server) {
            $0.idleTimeout = Self.short
            $0.maxConnections = 1
        }
        let first = try await client.start()
        let second = try await client.start()
        gate.open()
        #expect(try await first.outcome().body == "1")
        #expect(try await second.outcome().body == "2")
        await server.connectionEnded(0)
        #expect(server.connections == 1)
    }
}
