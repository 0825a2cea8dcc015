// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import RESP
import RedisServers
import Testing

@testable import RedisClient

/// Faults of the network and the server. The client works again after them without a restart.
struct RedisFaultTests {
    private static let ping = RESPCommand("PING")

    private static func caller(_ configuration: RedisConfiguration) async throws -> RedisCaller {
        try await RedisCaller.open(configuration, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    private static func configuration(port: Int) -> RedisConfiguration {
        RedisConfiguration(server: .at(.host("127.0.0.1", port: port))).patient
    }

    /// Replies to `HELLO` with an empty map, and to other commands with `reply`.
    private static func answer(_ command: String, _ reply: String = "+PONG\r\n") -> FakeRedisServer.Action {
        .send(command.contains("HELLO") ? "%0\r\n" : reply)
    }

    private static func expectFailure(
        _ result: Result<RESPValue, RedisError>, _ kinds: [RedisError.Kind],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        switch result {
        case .success(let value): Issue.record("expected a failure, got \(value)", sourceLocation: sourceLocation)
        case .failure(let error):
            #expect(kinds.contains(error.kind), "\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test func callsWithoutAServerFailAtOnce() async throws {
        let configuration = RedisConfiguration(server: .at(.unixSocket(path: "/nowhere/redis.sock"))).patient
        let caller = try await Self.caller(configuration)
        for _ in 0..<100 {
            let result = await caller.send(Self.ping, timeout: .seconds(60))
            Self.expectFailure(result, [.unavailable])
            guard case .failure(let error) = result else { continue }
            #expect(!error.wasSent)
            #expect(error.message.contains("No such file"))
        }
        try await caller.close()
    }

    @Test func killedServerIsUsedAgainAfterItsRestart() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        for _ in 0..<3 {
            server.suspend()
            Self.expectFailure(await caller.send(Self.ping) { server.kill() }, [.lost])
            for _ in 0..<10 { Self.expectFailure(await caller.send(Self.ping), [.unavailable, .lost]) }
            try await server.restart()
            #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        }
        try await caller.close()
    }

    @Test func callsToASuspendedServerTimeOutAndThenFailAtOnce() async throws {
        let server = try await RedisServer.start()
        var configuration = server.configuration
        configuration.suspensionTime = .milliseconds(100)
        let caller = try await Self.caller(configuration)
        _ = await caller.sendUntilAnswered(Self.ping)
        server.suspend()
        Self.expectFailure(await caller.send(Self.ping, timeout: .milliseconds(20)), [.timeout])
        // After some timeouts, the client stops sending.
        await caller.sendUntilFailed(Self.ping, timeout: .milliseconds(20)) { !$0.wasSent }
        for _ in 0..<100 {
            Self.expectFailure(await caller.send(Self.ping, timeout: .seconds(60)), [.unavailable])
        }
        server.resume()
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        let clients = try await caller.send(RESPCommand("CLIENT", "LIST")).get().text ?? ""
        #expect(clients.split(separator: "\n").count == 1, "the connection was kept")
        try await caller.close()
    }

    @Test func stalledConnectionIsClosedAndReplaced() async throws {
        let server = try await RedisServer.start()
        var configuration = server.configuration
        configuration.suspensionTime = .milliseconds(20)
        configuration.stallTimeout = .milliseconds(100)
        configuration.connectTimeout = .milliseconds(100)
        let caller = try await Self.caller(configuration)
        _ = await caller.sendUntilAnswered(Self.ping)
        server.suspend()
        Self.expectFailure(await caller.send(Self.ping, timeout: .seconds(60)), [.lost])
        // The kernel accepts new connections, but the suspended server does not reply on them.
        await caller.sendUntilFailed(Self.ping, timeout: .seconds(60)) { $0.kind == .unavailable }
        server.resume()
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        try await caller.close()
    }

    @Test func serverIsUsedAgainAfterDebugSleepOrClientPause() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        let sleeper = try await Self.caller(server.configuration)
        _ = await caller.sendUntilAnswered(Self.ping)
        _ = await sleeper.sendUntilAnswered(Self.ping)
        // Repeats, since a call that is sent too late on a busy machine misses the sleep.
        var hasFailed = false
        while !hasFailed {
            async let slept = sleeper.send(RESPCommand("DEBUG", "SLEEP", "0.2"))
            if case .failure = await caller.send(Self.ping, timeout: .milliseconds(20)) { hasFailed = true }
            #expect(await slept == .success(.simple("OK")))
        }
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        hasFailed = false
        while !hasFailed {
            _ = await sleeper.send(RESPCommand("CLIENT", "PAUSE", "200"))
            if case .failure = await caller.send(Self.ping, timeout: .milliseconds(20)) { hasFailed = true }
        }
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        try await caller.close()
        try await sleeper.close()
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "$5\r\nhello world\r\n", "*99999999\r\n", "\u{0}\u{0}"])
    func bytesThatAreNoRESPCloseTheConnection(_ garbage: String) async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            if connection < 3 { return .send(garbage) }
            return Self.answer(bytes)
        }
        let caller = try await Self.caller(Self.configuration(port: server.port))
        let result = await caller.send(Self.ping)
        Self.expectFailure(result, [.unavailable])
        if case .failure(let error) = result { #expect(error.message.contains("not RESP")) }
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        try await caller.close()
        try await server.stop()
    }

    @Test func badBytesAfterGoodRepliesFailTheCommandsInFlight() async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            if connection > 0 || bytes.contains("HELLO") { return Self.answer(bytes) }
            return .send("+PONG\r\nOOPS\r\n")
        }
        let caller = try await Self.caller(Self.configuration(port: server.port))
        let results = await caller.send([Self.ping, Self.ping])
        try #require(results.count == 2)
        #expect(results[0] == .success(.simple("PONG")))
        Self.expectFailure(results[1], [.lost])
        #expect(await caller.send([Self.ping, Self.ping]).allSatisfy { $0 == .success(.simple("PONG")) })
        try await caller.close()
        try await server.stop()
    }

    @Test func replyWithoutACommandClosesTheConnection() async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            Self.answer(bytes, connection == 0 ? "+1\r\n+2\r\n" : "+PONG\r\n")
        }
        let caller = try await Self.caller(Self.configuration(port: server.port))
        #expect(await caller.send(Self.ping) == .success(.simple("1")))
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"), "the second reply went to nobody")
        try await caller.close()
        try await server.stop()
    }

    @Test func resetConnectionFailsTheCommandsInFlight() async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            connection % 2 == 0 && !bytes.contains("HELLO") ? .reset : Self.answer(bytes)
        }
        let caller = try await Self.caller(Self.configuration(port: server.port))
        Self.expectFailure(await caller.send(Self.ping), [.lost])
        #expect(await caller.send(Self.ping) == .success(.simple("PONG")), "the next connection is awaited")
        try await caller.close()
        try await server.stop()
    }

    /// The server resets each connection at its first command. The client must not reconnect without a pause.
    @Test func reconnectingPausesAfterConnectionsThatEndEarly() async throws {
        let server = try await FakeRedisServer.start { _, bytes in
            bytes.contains("HELLO") ? Self.answer(bytes) : .reset
        }
        var configuration = Self.configuration(port: server.port)
        configuration.shortestPause = .seconds(600)
        configuration.longestPause = .seconds(600)
        let caller = try await Self.caller(configuration)
        Self.expectFailure(await caller.send(Self.ping), [.lost])
        Self.expectFailure(await caller.send(Self.ping), [.lost])
        for _ in 0..<50 { Self.expectFailure(await caller.send(Self.ping, timeout: .seconds(60)), [.unavailable]) }
        try await caller.close()
        try await server.stop()
    }

    @Test func handshakeWithoutReplyTimesOut() async throws {
        let isSilent = NIOLockedValueBox(true)
        let server = try await FakeRedisServer.start { _, bytes in
            isSilent.withLockedValue { $0 } ? .nothing : Self.answer(bytes)
        }
        var configuration = Self.configuration(port: server.port)
        configuration.connectTimeout = .milliseconds(50)
        let caller = try await Self.caller(configuration)
        Self.expectFailure(await caller.send(Self.ping, timeout: .milliseconds(10)), [.timeout])
        let result = await caller.send(Self.ping)
        Self.expectFailure(result, [.unavailable])
        isSilent.withLockedValue { $0 = false }
        #expect(await caller.sendUntilAnswered(Self.ping) == .simple("PONG"))
        try await caller.close()
        try await server.stop()
    }

    @Test func clientReconnectsWhenThePrimaryBecameAReplica() async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            let refusal = "-READONLY You can't write against a read only replica.\r\n"
            return Self.answer(bytes, connection == 0 ? refusal : "+PONG\r\n")
        }
        let caller = try await Self.caller(Self.configuration(port: server.port))
        guard case .success(.error(let error)) = await caller.send(Self.ping) else { return #expect(Bool(false)) }
        #expect(error.code == "READONLY")
        #expect(await caller.send(Self.ping) == .success(.simple("PONG")))
        try await caller.close()
        try await server.stop()
    }

    @Test func commandsBeyondTheLimitInFlightAreRefused() async throws {
        let server = try await FakeRedisServer.start { _, bytes in
            bytes.contains("HELLO") ? Self.answer(bytes) : .nothing
        }
        var configuration = Self.configuration(port: server.port)
        configuration.maxInFlight = 10
        let caller = try await Self.caller(configuration)
        let results = await caller.send(Array(repeating: Self.ping, count: 12), timeout: .milliseconds(100))
        try #require(results.count == 12)
        for result in results[..<10] { Self.expectFailure(result, [.timeout]) }
        for result in results[10...] { Self.expectFailure(result, [.unavailable]) }
        try await caller.close()
        try await server.stop()
    }
}
