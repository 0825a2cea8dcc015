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

/// Faults of the server, and the errors that rules get then.
struct RedisStoreFaultTests {
    private static func expectFailure(
        _ result: Result<StoreReply, StoreError>, _ kinds: [StoreError.Kind],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        switch result {
        case .success(let reply): Issue.record("expected a failure, got \(reply)", sourceLocation: sourceLocation)
        case .failure(let error):
            #expect(kinds.contains(error.kind), "\(error)", sourceLocation: sourceLocation)
        }
    }

    private static func untilAnswered(_ caller: StoreCaller, _ command: StoreCommand) async -> StoreReply {
        // On a busy machine, an answer may take longer.
        var timeout = TimeAmount.milliseconds(200)
        while true {
            if case .success(let reply) = await caller.result(of: command, timeout: timeout) { return reply }
            timeout = .nanoseconds(timeout.nanoseconds * 2)
            // Without the pause, the event loop would always have a task to run and never read from its sockets.
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func killedServerIsUnavailableAndUsedAgainAfterItsRestart() async throws {
        let server = try await RedisServer.start()
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: server.configuration))
        let get = StoreCommand.get(try RedisStoreTests.key())
        _ = await Self.untilAnswered(caller, get)
        server.kill()
        for _ in 0..<20 { Self.expectFailure(await caller.result(of: get), [.unavailable]) }
        try await server.restart()
        #expect(await Self.untilAnswered(caller, get) == .value(nil))
        try await caller.close()
    }

    @Test func suspendedServerIsATimeoutAndUsedAgainWhenItResumes() async throws {
        let server = try await RedisServer.start()
        var configuration = server.configuration
        configuration.suspensionTime = .milliseconds(100)
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: configuration))
        let get = StoreCommand.get(try RedisStoreTests.key())
        _ = await Self.untilAnswered(caller, get)
        server.suspend()
        let clock = ContinuousClock()
        let start = clock.now
        Self.expectFailure(await caller.result(of: get, timeout: .milliseconds(50)), [.timeout])
        #expect(clock.now - start >= .milliseconds(50))
        while case .failure(let error) = await caller.result(of: get, timeout: .milliseconds(50)),
            error.kind != .unavailable
        { try await Task.sleep(for: .milliseconds(1)) }
        server.resume()
        #expect(await Self.untilAnswered(caller, get) == .value(nil))
        try await caller.close()
    }

    @Test func fullServerRefusesWritesAndStillReads() async throws {
        let server = try await RedisServer.start()
        let admin = try await RedisStoreTests.admin(server)
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: server.configuration))
        let key = try RedisStoreTests.key()
        #expect(await caller.result(of: .set(key, value: [0x31], lifetime: nil)) == .success(.done))
        for (setting, value) in [("maxmemory-policy", "noeviction"), ("maxmemory", "1")] {
            _ = await admin.send(RESPCommand("CONFIG", "SET", .text(setting), .text(value)))
        }
        let list = try StoreList(namespace: key.namespace, name: "blocklist")
        for command in [
            StoreCommand.set(key, value: [0x32], lifetime: nil), .add(key, value: [0x32], lifetime: nil),
            .increment(key, by: 1, lifetime: nil), try RedisStoreTests.count(limit: 5), .beginLoad(list),
        ] {
            Self.expectFailure(await caller.result(of: command), [.full])
        }
        #expect(await caller.result(of: .get(key)) == .success(.value([0x31])))
        _ = await admin.send(RESPCommand("CONFIG", "SET", "maxmemory", "0"))
        #expect(await caller.result(of: .increment(key, by: 1, lifetime: nil)) == .success(.integer(2)))
        try await caller.close()
        try await admin.close()
    }

    @Test func writeOnAReplicaIsUnavailable() async throws {
        let server = try await RedisServer.start()
        let admin = try await RedisStoreTests.admin(server)
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: server.configuration))
        let set = StoreCommand.set(try RedisStoreTests.key(), value: [0x31], lifetime: nil)
        #expect(await caller.result(of: set) == .success(.done))
        _ = await admin.send(RESPCommand("REPLICAOF", "127.0.0.1", "1"))
        for _ in 0..<5 { Self.expectFailure(await caller.result(of: set), [.unavailable]) }
        _ = await admin.send(RESPCommand("REPLICAOF", "NO", "ONE"))
        #expect(await Self.untilAnswered(caller, set) == .done)
        try await caller.close()
        try await admin.close()
    }

    @Test func commandForbiddenByTheACLIsUnavailableWithTheReason() async throws {
        var options = RedisServer.Options()
        options.arguments = ["--user", "app", "on", ">secret", "~*", "-@all", "+hello", "+auth"]
        let server = try await RedisServer.start(options)
        var configuration = server.configuration
        configuration.credentials = RedisCredentials(user: "app", password: "secret")
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: configuration))
        let result = await caller.result(of: .get(try RedisStoreTests.key()))
        Self.expectFailure(result, [.unavailable])
        if case .failure(let error) = result { #expect(error.message.contains("NOPERM")) }
        try await caller.close()
    }

    @Test(arguments: ["+OK\r\n", ":7\r\n", "*0\r\n", "_\r\n", "$1\r\nx\r\n", "%0\r\n", "#t\r\n"])
    func replyOfUnexpectedTypeIsUnavailable(_ reply: String) async throws {
        // Every command except HELLO gets this reply, those of the preamble too.
        let server = try await FakeRedisServer.start { _, command in
            .send(command.contains("HELLO") ? "%0\r\n" : reply)
        }
        let configuration = RedisConfiguration(server: .at(.host("127.0.0.1", port: server.port))).patient
        let caller = try await RedisStoreTests.caller(RedisStoreEngine(configuration: configuration))
        Self.expectFailure(await caller.result(of: try RedisStoreTests.count(limit: 5)), [.unavailable])
        try await caller.close()
        try await server.stop()
    }

    /// Several engines use counters of one server at once, while the server's cache of scripts is flushed.
    @Test func countsOfManyClientsAreExact() async throws {
        let server = try await RedisServer.start()
        let admin = try await RedisStoreTests.admin(server)
        let group = MultiThreadedEventLoopGroup.singleton
        let keys = try (0..<10).map { try StoreKey(namespace: StoreNamespace("n"), "\($0)") }
        let request = try #require(CountRequest(limit: 150, window: .seconds(3600)))
        let commands = (0..<500).map { StoreCommand.count(keys[$0 % keys.count], request) }
        let allowed = try await withThrowingTaskGroup(of: [StoreKey: Int].self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    let engine = try RedisStoreEngine(configuration: server.configuration)
                    let caller = try await StoreCaller.open(engine, on: group.next())
                    var allowed: [StoreKey: Int] = [:]
                    for start in stride(from: 0, to: commands.count, by: 50) {
                        let part = Array(commands[start..<start + 50])
                        for (command, result) in zip(part, await caller.results(of: part)) {
                            guard case .count(let key, _) = command, case .count(let count) = try result.get() else {
                                continue
                            }
                            if count.allowed { allowed[key, default: 0] += 1 }
                        }
                    }
                    try await caller.close()
                    return allowed
                }
            }
            tasks.addTask {
                for _ in 0..<20 { _ = await admin.send(RESPCommand("SCRIPT", "FLUSH")) }
                return [:]
            }
            return try await tasks.reduce(into: [:]) { sums, part in sums.merge(part, uniquingKeysWith: +) }
        }
        #expect(allowed == Dictionary(uniqueKeysWithValues: keys.map { ($0, 150) }))
        try await admin.close()
    }

    @Test func countsOfSeveralProcessesAreExact() async throws {
        let server = try await RedisServer.start()
        let url = "redis+unix://\(server.socket)"
        let helpers = try (0..<4).map { _ in try StoreHelper("count", url, "10", "120", "1000") }
        let allowed = await withTaskGroup(of: [Int].self) { tasks in
            for helper in helpers { tasks.addTask { await helper.numbers() } }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        try #require(allowed.allSatisfy { $0.count == 10 })
        // 400 calls for each key, of which the limit allows 120.
        for key in 0..<10 { #expect(allowed.reduce(0) { $0 + $1[key] } == 120) }
    }
}
