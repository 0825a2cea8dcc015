// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import RESP
import RedisServers
import Testing

@testable import RedisClient

struct SentinelTests {
    private static func caller(_ sentinels: [RedisAddress], primary: String = "main") async throws -> RedisCaller {
        let configuration = RedisConfiguration(server: .sentinels(sentinels, primary: primary)).patient
        return try await RedisCaller.open(configuration, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    /// The primary is killed, and the replica becomes the primary.
    @Test(.timeLimit(.minutes(10))) func newPrimaryIsUsedAfterAFailover() async throws {
        var options = RedisServer.Options()
        options.hasPort = true
        let primary = try await RedisServer.start(options)
        options.arguments = ["--replicaof", "127.0.0.1", "\(primary.port)"]
        let replica = try await RedisServer.start(options)
        options = RedisServer.Options()
        options.isSentinel = true
        let sentinel = try await RedisServer.start(options)
        let group = MultiThreadedEventLoopGroup.singleton
        let admin = try await RedisCaller.open(primary.configuration, on: group.next())
        while case .success(let value) = await admin.send(RESPCommand("ROLE")),
            value.elements?.last?.elements?.isEmpty ?? true
        {
            try await Task.sleep(for: .milliseconds(10))
        }
        let sentinelAdmin = try await RedisCaller.open(
            RedisConfiguration(server: .at(.host("127.0.0.1", port: sentinel.port))).patient, on: group.next())
        let commands = [
            RESPCommand("SENTINEL", "MONITOR", "main", "127.0.0.1", .integer(Int64(primary.port)), "1"),
            RESPCommand("SENTINEL", "SET", "main", "down-after-milliseconds", "300"),
        ]
        for result in await sentinelAdmin.send(commands) { #expect(result == .success(.simple("OK"))) }
        while case .success(let value) = await sentinelAdmin.send(RESPCommand("SENTINEL", "REPLICAS", "main")),
            value.elements?.isEmpty ?? true
        { try await Task.sleep(for: .milliseconds(10)) }

        let caller = try await Self.caller([.host("127.0.0.1", port: sentinel.port)])
        let port = RESPCommand("CONFIG", "GET", "port")
        let first = try await caller.send(port).get()
        #expect(Self.number(of: first) == primary.port)
        primary.kill()
        let newPort = Self.number(of: await caller.sendUntilAnswered(port))
        #expect(newPort == replica.port)
        #expect(await caller.sendUntilAnswered(RESPCommand("SET", "a", "1")) == .simple("OK"))
        for caller in [caller, admin, sentinelAdmin] { try await caller.close() }
    }

    @Test func nextSentinelIsQueriedWhenOneFailsOrKnowsNoPrimary() async throws {
        let server = try await FakeRedisServer.start { _, bytes in
            bytes.contains("HELLO")
                ? .send("%0\r\n") : .send(bytes.contains("ROLE") ? "*1\r\n$6\r\nmaster\r\n" : "+PONG\r\n")
        }
        let sentinel = try await FakeRedisServer.start { _, _ in
            .send("*2\r\n$9\r\n127.0.0.1\r\n$\(String(server.port).utf8.count)\r\n\(server.port)\r\n")
        }
        let ignorant = try await FakeRedisServer.start { _, _ in .send("*-1\r\n") }
        let caller = try await Self.caller([
            .unixSocket(path: "/nowhere"), .host("127.0.0.1", port: ignorant.port),
            .host("127.0.0.1", port: sentinel.port),
        ])
        #expect(await caller.send(RESPCommand("PING")) == .success(.simple("PONG")))
        try await caller.close()
        for server in [server, sentinel, ignorant] { try await server.stop() }
    }

    @Test func primaryUnknownToAllSentinelsIsUnavailable() async throws {
        let ignorant = try await FakeRedisServer.start { _, _ in .send("*-1\r\n") }
        let caller = try await Self.caller([.host("127.0.0.1", port: ignorant.port)])
        guard case .failure(let error) = await caller.send(RESPCommand("PING")) else { return #expect(Bool(false)) }
        #expect(error.kind == .unavailable)
        #expect(error.message.contains("no sentinel knows the primary main"))
        try await caller.close()
        try await ignorant.stop()
    }

    @Test func replicaThatASentinelNamesAsPrimaryIsNotUsed() async throws {
        let server = try await FakeRedisServer.start { connection, bytes in
            if bytes.contains("HELLO") { return .send("%0\r\n") }
            guard bytes.contains("ROLE") else { return .send("+PONG\r\n") }
            return .send(connection == 0 ? "*1\r\n$5\r\nslave\r\n" : "*1\r\n$6\r\nmaster\r\n")
        }
        let sentinel = try await FakeRedisServer.start { _, _ in
            .send("*2\r\n$9\r\n127.0.0.1\r\n$\(String(server.port).utf8.count)\r\n\(server.port)\r\n")
        }
        let caller = try await Self.caller([.host("127.0.0.1", port: sentinel.port)])
        guard case .failure(let error) = await caller.send(RESPCommand("PING")) else { return #expect(Bool(false)) }
        #expect(error.message.contains("not the primary"))
        #expect(await caller.sendUntilAnswered(RESPCommand("PING")) == .simple("PONG"))
        try await caller.close()
        for server in [server, sentinel] { try await server.stop() }
    }

    private static func number(of value: RESPValue) -> Int? {
        value.pairs?.first?.value.text.flatMap { Int($0) }
    }
}
