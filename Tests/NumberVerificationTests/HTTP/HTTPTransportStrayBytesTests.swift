// SPDX-License-Identifier: MIT

import Foundation
import Generators
import HTTP1
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import NumberVerification

/// Bytes that arrive on a kept connection while the event loop is busy, as in a long hook, are no reply to the next
/// call.
@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportStrayBytesTests {
    /// Not the shared loops, since these tests block them.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    @Test(arguments: [
        reply("stray"), reply("", status: "408 Request Timeout", fields: "Connection: close"), "\r\n", "H",
    ])
    func bytesReceivedBeforeTheRequestAreNotItsReply(stray: String) async throws {
        let (go, sent) = (Gate(), Gate())
        let server = try await ScriptedServer.start(
            [.request, .send(reply("first")), .wait(go), .send(stray), .open(sent)], [.request, .send(reply("next"))])
        let client = try await TestClient(server, loop: Self.loops.next())
        #expect(try await client.send().body == "first")
        #expect(try await Self.send(client, to: server, after: go, until: sent).body == "next")
        #expect(server.connections == 2 && server.requests.count == 2)
    }

    @Test(
        arguments: [
            [.close], [.reset], [.send(reply("", status: "408 Request Timeout")), .close],
        ] as [ScriptedServer.Script])
    func connectionClosedBeforeTheRequestIsNotUsed(end: ScriptedServer.Script) async throws {
        let go = Gate()
        let server = try await ScriptedServer.start(
            [.request, .send(reply("first")), .wait(go)] + end, [.request, .send(reply("next"))])
        let client = try await TestClient(server, loop: Self.loops.next())
        #expect(try await client.send().body == "first")
        #expect(try await Self.send(client, to: server, after: go, until: server.closedGate(0)).body == "next")
        #expect(server.connections == 2 && server.requests.count == 2)
    }

    @Test func noCallIsLostWithAServerThatClosesAfterEachReply() async throws {
        let server = try await ScriptedServer.start([.request, .send(reply("{}")), .close])
        let client = try await TestClient(server, loop: Self.loops.next())
        #expect(try await client.send().body == "{}")
        let calls = Thoroughness.cases(50, of: 200)
        for number in 1..<calls {
            let result = try await Self.send(client, to: server, until: server.closedGate(number - 1))
            try #require(
                result.body == "{}",
                "call \(number): \(result); \(server.connections) connections, \(server.requests.count) requests")
        }
        #expect(server.requests.count == calls)
    }

    /// Opens `go`, keeps the client's event loop busy until `done`, and makes a call before the loop can read.
    private static func send(
        _ client: TestClient, to server: ScriptedServer, after go: Gate = Gate(), until done: Gate
    ) async throws -> Result<HTTPReply, ExchangeFailure> {
        let outcome = NIOLockedValueBox<Result<HTTPReply, ExchangeFailure>?>(nil)
        let isDone = Gate()
        try await client.onLoop { transport in
            go.open()
            done.block()
            Self.waitForArrival(from: server.port)
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

    /// Waits until sent bytes, or the end of the connection, have reached the client's socket.
    private static func waitForArrival(from port: Int) {
        let peer = ":" + String(0x10000 + port, radix: 16, uppercase: true).dropFirst()
        // ESTABLISHED and CLOSE_WAIT.
        let open: Set<Substring> = ["01", "08"]
        var absences = 0
        // Fields of /proc/net/tcp: number, address, peer, state, queued bytes (to send:to read).
        while absences < 20, let list = Self.socketList() {
            let sockets = list.split(separator: "\n").map { $0.split(separator: " ") }
                .filter { $0.count > 4 && $0[2].hasSuffix(peer) && open.contains($0[3]) }
            if sockets.contains(where: { $0[3] == "08" || !$0[4].hasSuffix(":00000000") }) { return }
            // After a reset there is no socket. Since the list can also miss a socket while others change, it is read
            // several times.
            absences = sockets.isEmpty ? absences + 1 : 0
        }
    }

    /// The text of /proc/net/tcp, which Linux gives page by page; nil on other systems.
    private static func socketList() -> String? {
        guard let file = FileHandle(forReadingAtPath: "/proc/net/tcp") else { return nil }
        var bytes = Data()
        while let page = try? file.read(upToCount: 1 << 16), !page.isEmpty { bytes += page }
        return String(decoding: bytes, as: UTF8.self)
    }
}
