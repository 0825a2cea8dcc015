// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import RESP
import RedisServers
import Testing

@testable import RedisClient

struct RedisClientTests {
    private static let ping = RESPCommand("PING")
    private static let pong = Result<RESPValue, RedisError>.success(.simple("PONG"))

    private static func caller(_ configuration: RedisConfiguration, tls: RedisTLS? = nil) async throws -> RedisCaller {
        try await RedisCaller.open(configuration, tls: tls, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    @Test func repliesComeInTheOrderOfTheCommands() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        let results = await caller.send((0..<5000).map { RESPCommand("ECHO", .integer($0)) })
        #expect(results.map { try? $0.get().text } == (0..<5000).map { "\($0)" })
        try await caller.close()
    }

    @Test func sameValueIsReadInRESP2AndRESP3() async throws {
        let server = try await RedisServer.start()
        var configuration = server.configuration
        let modern = try await Self.caller(configuration)
        configuration.triesRESP3 = false
        let old = try await Self.caller(configuration)
        _ = await modern.send(RESPCommand("HSET", "h", "f", "v"))
        let pairs = [RESPPair(.bulk(ByteBuffer(string: "f")), .bulk(ByteBuffer(string: "v")))]
        #expect(await modern.send(RESPCommand("HGETALL", "h")) == .success(.map(pairs)))
        let value = try await old.send(RESPCommand("HGETALL", "h")).get()
        #expect(value == .array([pairs[0].key, pairs[0].value]))
        #expect(value.pairs == pairs)
        try await modern.close()
        try await old.close()
    }

    @Test func errorOfTheServerIsAReply() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        let results = await caller.send([RESPCommand("NONSENSE"), Self.ping])
        try #require(results.count == 2)
        guard case .success(.error(let error)) = results[0] else { return #expect(Bool(false)) }
        #expect(error.code == "ERR")
        #expect(results[1] == Self.pong)
        try await caller.close()
    }

    @Test func largeValueIsSentAndReceived() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let results = await caller.send([RESPCommand("SET", "a", .bytes(bytes)), RESPCommand("GET", "a")])
        try #require(results.count == 2)
        #expect(results[1] == .success(.bulk(ByteBuffer(bytes: bytes))))
        try await caller.close()
    }

    @Test func clientLogsInAndSelectsTheDatabase() async throws {
        var options = RedisServer.Options()
        options.hasPort = true
        options.arguments = ["--user", "app", "on", ">secret", "~*", "&*", "+@all", "--requirepass", "other"]
        let server = try await RedisServer.start(options)
        for (triesRESP3, user) in [(true, "app"), (false, "app"), (true, nil), (false, nil)] {
            let password = user == nil ? "other" : "secret"
            var configuration = RedisConfiguration(server: .at(.host("localhost", port: server.port))).patient
            configuration.triesRESP3 = triesRESP3
            configuration.credentials = RedisCredentials(user: user, password: password)
            configuration.database = 3
            let caller = try await Self.caller(configuration)
            let information = try await caller.send(RESPCommand("CLIENT", "INFO")).get().text ?? ""
            #expect(information.contains("user=\(user ?? "default")"))
            #expect(information.contains("db=3"))
            try await caller.close()
        }
    }

    @Test func wrongPasswordIsReportedWithoutThePassword() async throws {
        var options = RedisServer.Options()
        options.arguments = ["--requirepass", "secret"]
        let server = try await RedisServer.start(options)
        for triesRESP3 in [true, false] {
            var configuration = server.configuration
            configuration.triesRESP3 = triesRESP3
            configuration.credentials = RedisCredentials(user: nil, password: "hunter2")
            let caller = try await Self.caller(configuration)
            guard case .failure(let error) = await caller.send(Self.ping) else { return #expect(Bool(false)) }
            #expect(error.kind == .unavailable)
            #expect(error.message.contains("WRONGPASS"))
            #expect(!error.message.contains("hunter2"))
            try await caller.close()
        }
    }

    @Test func tlsRequiresATrustedCertificate() async throws {
        var options = RedisServer.Options()
        options.hasTLSPort = true
        let server = try await RedisServer.start(options)
        let trusted = try RedisTLS(.file(RedisServer.certificate("authority")))
        for host in ["localhost", "127.0.0.1"] {
            let configuration = RedisConfiguration(server: .at(.host(host, port: server.tlsPort))).patient
            let caller = try await Self.caller(configuration, tls: trusted)
            #expect(await caller.send(Self.ping) == Self.pong)
            try await caller.close()
            let stranger = try await Self.caller(configuration, tls: try RedisTLS(.system))
            guard case .failure(let error) = await stranger.send(Self.ping) else { return #expect(Bool(false)) }
            #expect(error.kind == .unavailable)
            #expect(error.message.contains("certificate"), "\(error)")
            try await stranger.close()
        }
        #expect(throws: RedisTrustError.self) { try RedisTLS(.file("/nowhere.pem")) }
    }

    @Test func closingFailsCommandsInFlightAndLaterOnes() async throws {
        let server = try await RedisServer.start()
        let caller = try await Self.caller(server.configuration)
        #expect(await caller.send(Self.ping) == Self.pong)
        server.suspend()
        async let pending = caller.send(Self.ping)
        // The event loop runs the two calls in this order.
        async let closed: Void = caller.close()
        let result = await pending
        try await closed
        guard case .failure(let error) = result else { return #expect(Bool(false)) }
        #expect(error.kind == .closed)
        guard case .failure(let later) = await caller.send(Self.ping) else { return #expect(Bool(false)) }
        #expect(later.kind == .closed && !later.wasSent)
        server.resume()
    }
}
