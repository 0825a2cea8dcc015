// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOPosix
import Testing

@testable import NumberVerification

@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportCancelTests {
    @Test func cancellingACallInFlightClosesItsConnection() async throws {
        let arrived = Gate()
        let server = try await ScriptedServer.start([.request, .open(arrived)])
        let client = try await TestClient(server)
        let call = try await client.start()
        await arrived.wait()
        #expect(try await call.cancel() == .maybe)
        let outcome = try await call.outcome()
        #expect(outcome.kind == .cancelled)
        #expect(outcome.delivered == .maybe)
        await server.connectionEnded(0)
        #expect(!call.wasCompletedEarly)
        try await call.cancel()
        #expect(call.completions == 1)
    }

    @Test func callCancelledBeforeItsConnectionIsReadyIsNotSent() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(server)
        let done = Gate()
        try await client.onLoop { transport in
            let exchange = transport.send(ByteBuffer(string: TestClient.request), deadline: .distantFuture) { outcome in
                #expect(outcome.kind == .cancelled)
                #expect(outcome.delivered == .no)
                done.open()
            }
            #expect(exchange.cancel() == .no)
            #expect(exchange.cancel() == .no, "still known after the end")
            #expect(transport.pool.connectionCount == 0)
        }
        await done.wait()
        #expect(server.requests.isEmpty)
    }

    @Test func cancellingAQueuedCallDoesNotDisturbOthers() async throws {
        let gate = Gate()
        let server = try await ScriptedServer.start(
            [.request, .wait(gate), .send(reply("1")), .request, .send(reply("2"))])
        let client = try await TestClient(server) { $0.maxConnections = 1 }
        let first = try await client.start()
        let second = try await client.start()
        let third = try await client.start()
        #expect(try await second.cancel() == .no)
        let outcome = try await second.outcome()
        #expect(outcome.kind == .cancelled)
        #expect(outcome.delivered == .no)
        gate.open()
        #expect(try await first.outcome().body == "1")
        #expect(try await third.outcome().body == "2")
        #expect(server.requests.count == 2)
    }

    @Test func queuedCallIsSentAfterACallInFlightIsCancelled() async throws {
        let arrived = Gate()
        let server = try await ScriptedServer.start([.request, .open(arrived)], [.request, .send(reply("2"))])
        let client = try await TestClient(server) { $0.maxConnections = 1 }
        let first = try await client.start()
        await arrived.wait()
        let second = try await client.start()
        try await first.cancel()
        #expect(try await second.outcome().body == "2")
    }

    @Test func cancellingAfterTheReplyKeepsTheConnection() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("1")), .request, .send(reply("2"))])
        let client = try await TestClient(server)
        let call = try await client.start()
        #expect(try await call.outcome().body == "1")
        #expect(try await call.cancel() == .maybe)
        #expect(try await client.send().body == "2")
        #expect(server.connections == 1)
    }

    @Test func closingTheTransportCancelsAllCalls() async throws {
        let arrived = Gate()
        let server = try await ScriptedServer.start([.request, .open(arrived)])
        let client = try await TestClient(server) { $0.maxConnections = 1 }
        let inFlight = try await client.start()
        await arrived.wait()
        let queued = try await client.start()
        try await client.close()
        #expect(try await inFlight.outcome().kind == .cancelled)
        #expect(try await inFlight.outcome().delivered == .maybe)
        #expect(try await queued.outcome().kind == .cancelled)
        #expect(try await queued.outcome().delivered == .no)
        await server.connectionEnded(0)

        let late = try await client.start()
        #expect(try await late.outcome().kind == .cancelled)
        #expect(!late.wasCompletedEarly)
        #expect(server.requests.count == 1)
    }

    @Test func closingTheTransportClosesIdleConnections() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}"))])
        let client = try await TestClient(server)
        #expect(try await client.send().status == 200)
        try await client.close()
        await server.connectionEnded(0)
    }
}
