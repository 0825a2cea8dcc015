// SPDX-License-Identifier: MIT

import MoondialLua
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

@testable import MoondialRules

struct RuleServiceTests {
    private static func files(_ reason: String) -> RuleFiles {
        let text = "rule 'r' { map_result = function() return deny '\(reason)' end }"
        return RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(text.utf8))])
    }

    private static func withService<Value: Sendable>(
        _ reason: String, _ body: @Sendable (RuleService, [any EventLoop]) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let loops = Array(group.makeIterator())
        let service = try await RuleService(
            rules: files(reason), configuration: .init(wallClock: { 0 }), on: loops
        ) { loop in
            VerificationClient(
                transport: InProcessTransport(simulator: Simulator(), eventLoop: loop), host: "simulator",
                credentials: .documentedExample, eventLoop: loop)
        }
        let value = try await body(service, loops)
        try await service.close()
        try await group.shutdownGracefully()
        return value
    }

    private static func decisions(
        of service: RuleService, on loops: [any EventLoop], token: String = "t"
    ) async throws -> [String] {
        var futures: [EventLoopFuture<String>] = []
        for loop in loops {
            futures.append(
                loop.flatSubmit {
                    let promise = loop.makePromise(of: String.self)
                    do {
                        let request = RunRequest(try VerificationRequest(phone: "13800138000", token: token))
                        service.engine(on: loop).verify(request) { promise.succeed($0.decisionText) }
                    } catch {
                        promise.fail(error)
                    }
                    return promise.futureResult
                })
        }
        var decisions: [String] = []
        for future in futures { decisions.append(try await future.get()) }
        return decisions
    }

    @Test func everyLoopDecidesByTheSameRules() async throws {
        let decisions = try await Self.withService("first") { try await Self.decisions(of: $0, on: $1) }
        #expect(decisions == ["deny first", "deny first", "deny first"])
    }

    @Test func allLoopsGetReloadedRules() async throws {
        let (before, after, decisions) = try await Self.withService("first") { service, loops in
            let before = try await service.outline().revision
            let loaded = try await service.reload(Self.files("second")).revision
            #expect(try await service.outline().revision == loaded)
            return (before, loaded, try await Self.decisions(of: service, on: loops))
        }
        #expect(before != after)
        #expect(decisions == ["deny second", "deny second", "deny second"])
    }

    @Test func rulesThatDoNotLoadReachNoLoop() async throws {
        let decisions = try await Self.withService("first") { service, loops in
            let broken = RuleFiles([RuleSource(name: .file("rules.lua"), text: Array("rule 'x' {".utf8))])
            await #expect(throws: Diagnostic.self) { try await service.reload(broken) }
            return try await Self.decisions(of: service, on: loops)
        }
        #expect(decisions == ["deny first", "deny first", "deny first"])
    }

    @Test func drainingWaitsForRunsInFlight() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let loops = Array(group.makeIterator())
        let sources = NIOLockedValueBox<[NIOLoopBound<HeldAttempts>]>([])
        let service = try await RuleService(
            rules: Self.files("held"), configuration: .init(wallClock: { 0 }), on: loops
        ) { loop in
            let attempts = HeldAttempts()
            sources.withLockedValue { $0.append(NIOLoopBound(attempts, eventLoop: loop)) }
            return attempts
        }
        try await service.drain()
        for loop in loops {
            try await loop.submit {
                let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
                service.engine(on: loop).verify(request) { _ in }
            }.get()
        }
        #expect(try await service.runsInFlight() == 2)
        async let drained: Void = service.drain()
        for (loop, source) in zip(loops, sources.withLockedValue { $0 }) {
            try await loop.submit { source.value.letGo() }.get()
        }
        try await drained
        #expect(try await service.runsInFlight() == 0)
        try await service.close()
        for (loop, source) in zip(loops, sources.withLockedValue { $0 }) {
            #expect(try await loop.submit { source.value.isClosed }.get())
        }
        try await group.shutdownGracefully()
    }
}
