// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
import NIOPosix
import RESP
import RedisClient
import RedisServers
import StoreTesting
import Testing

@testable import MoondialStoreRedis

/// The kinds of connection with which the store is tested.
enum RedisAccess: String, Sendable, CaseIterable {
    case unixSocket, port, olderProtocol, tls, user

    func engine(_ server: RedisServer) throws -> RedisStoreEngine {
        switch self {
        case .unixSocket: return try RedisStoreEngine(configuration: server.configuration)
        case .port:
            return try RedisStoreEngine(
                configuration: RedisConfiguration(url: "redis://127.0.0.1:\(server.port)/2").patient)
        case .olderProtocol:
            var configuration = server.configuration
            configuration.triesRESP3 = false
            configuration.database = 3
            return try RedisStoreEngine(configuration: configuration)
        case .tls:
            return try RedisStoreEngine(
                configuration: RedisConfiguration(url: "rediss://localhost:\(server.tlsPort)/4").patient,
                trust: .file(RedisServer.certificate("authority")))
        case .user:
            return try RedisStoreEngine(
                configuration: RedisConfiguration(url: "redis://moondial:secret@127.0.0.1:\(server.port)/5").patient)
        }
    }

    /// Starts a server whose user `moondial` has the ACL of the README: the keys and commands that the store uses.
    static func start() async throws -> RedisServer {
        var options = RedisServer.Options()
        options.hasPort = true
        options.hasTLSPort = true
        options.arguments = [
            "--user", "moondial", "on", ">secret", "~moondial:*", "-@all", "+hello", "+auth", "+select", "+script|load",
            "+eval", "+evalsha", "+time", "+get", "+set", "+exists", "+incrby", "+pexpire", "+pttl", "+persist", "+del",
            "+unlink", "+rename", "+sadd", "+srem", "+scard", "+smembers", "+sismember", "+hset", "+hdel", "+hexists",
            "+hgetall", "+llen", "+lindex", "+lrange", "+lset", "+ltrim", "+rpush", "+scan",
        ]
        return try await RedisServer.start(options)
    }
}

struct RedisStoreTests {
    /// Sleeps, since the clock of a server cannot be set.
    static let advance: @Sendable (Duration) async throws -> Void = { duration in
        try await Task.sleep(for: duration + .milliseconds(1))
    }

    @Test(arguments: RedisAccess.allCases)
    func everyStoreCasePasses(_ access: RedisAccess) async throws {
        let server = try await RedisAccess.start()
        let engine = try access.engine(server)
        for sample in StoreCase.all {
            do {
                try await StoreFixture.run(
                    sample, on: engine, group: MultiThreadedEventLoopGroup.singleton, advance: Self.advance)
            } catch {
                Issue.record("\(sample): \(error)")
            }
        }
        await engine.close()
    }

    @Test func countingWorksAfterTheServerFlushedItsScripts() async throws {
        let server = try await RedisServer.start()
        let admin = try await Self.admin(server)
        let caller = try await Self.caller(RedisStoreEngine(configuration: server.configuration))
        let count = try Self.count(limit: 100)
        #expect(try await Self.used(caller.result(of: count)) == 1)
        _ = await admin.send(RESPCommand("SCRIPT", "FLUSH"))
        let results = await caller.results(of: [count, count, count])
        #expect(try results.map(Self.used) == [2, 3, 4])
        try await caller.close()
        try await admin.close()
    }

    @Test func keysOfANamespaceHaveOneHashTagAndALifetime() async throws {
        let server = try await RedisServer.start()
        let admin = try await Self.admin(server)
        let caller = try await Self.caller(RedisStoreEngine(configuration: server.configuration))
        let key = try Self.key()
        _ = await caller.result(of: try Self.count(limit: 5))
        _ = await caller.result(of: .increment(key, by: 1, lifetime: StoreLifetime(.seconds(60))))
        let keys = try await admin.send(RESPCommand("KEYS", "*")).get().elements?.compactMap(\.text) ?? []
        #expect(Set(keys) == ["moondial:{n}:v:k", "moondial:{n}:c:60000000:k", "moondial:{n}:w:k"])
        for key in keys {
            guard case .success(.integer(let time)) = await admin.send(RESPCommand("PTTL", .text(key))) else {
                return #expect(Bool(false))
            }
            #expect((1...120_000).contains(time), "\(key)")
        }
        try await caller.close()
        try await admin.close()
    }

    @Test func loadingAListLeavesNoOtherKeys() async throws {
        let server = try await RedisServer.start()
        let admin = try await Self.admin(server)
        let caller = try await Self.caller(RedisStoreEngine(configuration: server.configuration))
        let list = try StoreList(namespace: StoreNamespace("n"), name: "blocklist")
        for round in 0..<3 {
            guard case .success(.load(let load)) = await caller.result(of: .beginLoad(list)) else {
                return #expect(Bool(false))
            }
            let member = try StoreMember(Array("\(round)".utf8))
            _ = await caller.result(of: .appendToLoad(load, [member]))
            #expect(await caller.result(of: .commitLoad(load)) == .success(.integer(1)))
        }
        let keys = try await admin.send(RESPCommand("KEYS", "*")).get().elements?.compactMap(\.text) ?? []
        #expect(Set(keys) == ["moondial:{n}:l:blocklist", "moondial:{n}:lists"])
        #expect(await admin.send(RESPCommand("PTTL", "moondial:{n}:l:blocklist")) == .success(.integer(-1)))
        try await caller.close()
        try await admin.close()
    }

    static func key() throws -> StoreKey { try StoreKey(namespace: StoreNamespace("n"), "k") }

    static func count(limit: Int64) throws -> StoreCommand {
        .count(try key(), try #require(CountRequest(limit: limit, window: .seconds(60))))
    }

    static func used(_ result: Result<StoreReply, StoreError>) throws -> Int64 {
        guard case .count(let count) = try result.get() else { return -1 }
        return count.used
    }

    static func admin(_ server: RedisServer) async throws -> RedisCaller {
        try await RedisCaller.open(server.configuration, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    static func caller(_ engine: RedisStoreEngine) async throws -> StoreCaller {
        try await StoreCaller.open(engine, on: MultiThreadedEventLoopGroup.singleton.next())
    }
}
