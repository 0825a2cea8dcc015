// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import Testing

@testable import NumberVerification

/// Connections are reused for later exchanges, and no byte of one exchange reaches another.
@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportReuseTests {
    @Test func connectionIsKeptForTheNextCall() async throws {
        let server = try await ScriptedServer.start(
            [.request, .send(reply("1")), .request, .send(reply("2")), .request, .send(reply("3"))])
        let client = try await TestClient(server)
        for number in 1...3 { #expect(try await client.send().body == "\(number)") }
        #expect(server.connections == 1)
        #expect(try await client.onLoop { $0.pool.idleCount } == 1)
    }

    @Test func callMadeInACompletionReusesTheConnection() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("1")), .request, .send(reply("2"))])
        let client = try await TestClient(server)
        let done = Gate()
        try await client.onLoop { transport in
            let request = ByteBuffer(string: TestClient.request)
            _ = transport.send(request, deadline: .distantFuture) { _ in
                _ = transport.send(request, deadline: .distantFuture) { outcome in
                    #expect(outcome.body == "2")
                    done.open()
                }
            }
        }
        await done.wait()
        #expect(server.connections == 1)
    }

    @Test(arguments: [
        reply("{}", fields: "Connection: close"),
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
        reply("{}", fields: "Keep-Alive: timeout=1"),
        reply("{}") + reply("forged"),
        reply("{}") + "\r\n",
    ])
    func connectionIsClosedAfterAReplyWithCloseOrExtraBytes(text: String) async throws {
        let server = try await ScriptedServer.start([.request, .send(text)], [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "{}")
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
        #expect(try await client.send().body == "next")
        await server.connectionEnded(0)
        #expect(server.connections == 2)
    }

    @Test func replyMayEndWithTheConnection() async throws {
        let server = try await ScriptedServer.start(
            [.request, .send("HTTP/1.1 200 OK\r\n\r\n{}"), .close], [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "{}")
        #expect(try await client.send().body == "next")
    }

    @Test func bytesOnAnIdleConnectionCloseTheConnection() async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start(
            [.request, .send(reply("{}")), .wait(gate), .send(reply("forged"))],
            [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "{}")
        gate.open()
        await server.connectionEnded(0)
        #expect(try await client.send().body == "next")
    }

    @Test(arguments: [ScriptedServer.Step.close, .reset])
    func idleConnectionClosedByTheServerIsNotReused(step: ScriptedServer.Step) async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start(
            [.request, .send(reply("{}")), .wait(gate), step], [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "{}")
        gate.open()
        try await client.until { $0.pool.connectionCount == 0 }
        #expect(try await client.send().body == "next")
        #expect(server.requests.count == 2)
    }

    @Test func earlyReplyIsAcceptedButTheConnectionIsNotReused() async throws {
        // More bytes than the socket buffers of both ends hold; the server reads none of them.
        let body = String(repeating: "x", count: 16 << 20)
        let request = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
        let server = try await EarlyServer.start(answer: reply("early", status: "413 Too Large"))
        let client = try await TestClient(Destination(scheme: .http, host: "127.0.0.1", port: server.port))
        let outcome = try await client.send(request)
        #expect(outcome.status == 413)
        #expect(outcome.body == "early")
        #expect(try await client.onLoop { $0.pool.connectionCount } == 0)
        try await server.stop()
    }

    @Test(arguments: [
        reply(#"{"code":9000}"#),
        "HTTP/1.1 100 Continue\r\n\r\n" + reply(#"{"code":9000}"#),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"cod\r\n8\r\ne\":9000}\r\n0\r\nT: t\r\n\r\n",
    ])
    func repliesInTwoPiecesAreRead(text: String) async throws {
        let bytes = Array(text.utf8)
        // One connection with one exchange per cut: a lost or extra byte would break the next exchange.
        let cuts = 1..<bytes.count
        let gates = cuts.map { _ in Gate() }
        let script = zip(cuts, gates).flatMap { cut, gate -> ScriptedServer.Script in
            [.request, .send(Array(bytes[..<cut])), .wait(gate), .send(Array(bytes[cut...]))]
        }
        let server = try await ScriptedServer.start(script)
        let client = try await TestClient(server)
        for (cut, gate) in zip(cuts, gates) {
            let call = try await client.start()
            gate.open()
            #expect(try await call.outcome().body == #"{"code":9000}"#, "cut at byte \(cut)")
        }
        #expect(server.connections == 1)
    }

    @Test func callBeyondPoolAndQueueIsRefused() async throws {
        let gate = Gate()
        let script: ScriptedServer.Script =
            [.request, .wait(gate), .send(reply("{}"))] + [.request, .send(reply("{}")), .request, .send(reply("{}"))]
        let server = try await ScriptedServer.start(script)
        let client = try await TestClient(server) {
            $0.maxConnections = 2
            $0.maxQueued = 2
        }
        var calls: [Pending<Result<HTTPReply, ExchangeFailure>>] = []
        for _ in 0..<2 { calls.append(try await client.start()) }
        // Both connections are busy before the queue is filled.
        try await client.until { $0.pool.waitingCount == 0 }
        for _ in 0..<2 { calls.append(try await client.start()) }
        let refused = try await client.start()
        let outcome = try await refused.outcome()
        #expect(outcome.kind == .poolFull)
        #expect(outcome.delivered == .no)
        #expect(outcome.failure?.message.contains("queue") == true)
        #expect(!refused.wasCompletedEarly)

        gate.open()
        for call in calls { #expect(try await call.outcome().body == "{}") }
        #expect(server.connections == 2)
        #expect(server.requests.count == 4)
    }

    @Test func hundredsOfCallsShareFourConnections() async throws {
        let count = 200
        let script = (0..<count).flatMap { _ -> ScriptedServer.Script in [.request, .send(reply("{}"))] }
        let server = try await ScriptedServer.start(script)
        let client = try await TestClient(server) {
            $0.maxConnections = 4
            // Long, so that no connection is closed while the test waits for a processor.
            $0.idleTimeout = .seconds(3600)
        }
        var calls: [Pending<Result<HTTPReply, ExchangeFailure>>] = []
        for _ in 0..<count { calls.append(try await client.start()) }
        for call in calls { #expect(try await call.outcome().body == "{}") }
        #expect(calls.allSatisfy { $0.completions == 1 && !$0.wasCompletedEarly })
        #expect(server.connections <= 4)
        #expect(server.requests.count == count)
    }
}
