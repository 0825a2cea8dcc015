// SPDX-License-Identifier: MIT

import HTTP1
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import NumberVerification

/// What comes on a kept connection while the event loop is busy, as a long hook makes it, is no reply to the next call.
@Suite(.timeLimit(.minutes(1)))
struct HTTPTransportStrayBytesTests {
    @Test(arguments: [reply("stray"), reply("", status: "408 Request Timeout", fields: "Connection: close"), "\r\n", "H"])
    func bytesThatCameBeforeTheRequestAreNotItsReply(stray: String) async throws {
        let (go, sent) = (Gate(), Gate())
        let server = try await ScriptedServer.start(
            [.request, .send(reply("first")), .wait(go), .send(stray), .open(sent)], [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "first")
        #expect(try await Self.send(client, after: go, until: sent).body == "next")
        #expect(server.connections == 2 && server.requests.count == 2)
    }

    @Test(arguments: [
        [.close], [.reset], [.send(reply("", status: "408 Request Timeout")), .close],
    ] as [ScriptedServer.Script])
    func anEndThatCameBeforeTheRequestIsNoticed(end: ScriptedServer.Script) async throws {
        let go = Gate()
        let server = try await ScriptedServer.start(
            [.request, .send(reply("first")), .wait(go)] + end, [.request, .send(reply("next"))])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "first")
        #expect(try await Self.send(client, after: go, until: server.closedGate(0)).body == "next")
        #expect(server.connections == 2 && server.requests.count == 2)
    }

    @Test func aServerThatClosesAfterEachReplyLosesNoCall() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}")), .close])
        let client = try await TestClient(server)
        #expect(try await client.send().body == "{}")
        for number in 1..<200 {
            #expect(try await Self.send(client, after: Gate(), until: server.closedGate(number - 1)).body == "{}")
        }
        #expect(server.requests.count == 200)
    }

    /// Opens `go`, keeps the client's event loop busy until `done`, and makes a call before the loop can read.
    private static func send(
        _ client: TestClient, after go: Gate, until done: Gate
    ) async throws -> Result<HTTPReply, ExchangeFailure> {
        let outcome = NIOLockedValueBox<Result<HTTPReply, ExchangeFailure>?>(nil)
        let isDone = Gate()
        try await client.onLoop { transport in
            go.open()
            done.block()
            // The transport does not look again at what it has read in the last 50 µs.
            let start = NIODeadline.now()
            while NIODeadline.now() - start < .microseconds(200) {}
            _ = transport.send(ByteBuffer(string: TestClient.request), deadline: .distantFuture) { result in
                outcome.withLockedValue { $0 = result }
                isDone.open()
            }
        }
        await isDone.wait()
        return try #require(outcome.withLockedValue { $0 })
    }
}
