// SPDX-License-Identifier: MIT

import Foundation
import MoondialStore
import MoondialStoreSQLite
import NIOCore
import NIOPosix
import StoreTesting
import TemporaryFolders
import Testing

struct SQLiteStoreTests {
    @Test func everyStoreCasePasses() async throws {
        let fixture = try SQLiteFixture()
        let clock = ManualClock()
        let engine = fixture.engine(clock: clock.clock)
        for sample in StoreCase.all {
            do {
                try await StoreFixture.run(sample, on: engine, group: MultiThreadedEventLoopGroup.singleton) {
                    clock.advance(by: $0)
                }
            } catch {
                Issue.record("\(sample): \(error)")
            }
        }
        await engine.close()
    }

    @Test func valuesAndCountersSurviveARestart() async throws {
        let fixture = try SQLiteFixture()
        let key = try SQLiteFixture.key()
        let request = try #require(CountRequest(limit: 2, window: .seconds(3600)))
        for round in 1...3 {
            let engine = fixture.engine()
            let caller = try await fixture.caller(engine)
            #expect(await caller.result(of: .increment(key, by: 1, lifetime: nil)) == .success(.integer(Int64(round))))
            guard case .success(.count(let count)) = await caller.result(of: .count(key, request)) else {
                return #expect(Bool(false))
            }
            #expect(count.allowed == (round < 3))
            try await caller.close()
            await engine.close()
        }
    }

    @Test func answeredIncrementsSurviveKillingTheProcess() async throws {
        let fixture = try SQLiteFixture()
        var least = 0
        for round in 0..<5 {
            let helper = try StoreHelper("increment", "sqlite:\(fixture.path)", "k")
            async let numbers = helper.numbers()
            // The process is killed after a number of increments that differs by round.
            let engine = fixture.engine()
            let caller = try await fixture.caller(engine)
            let key = try StoreKey(namespace: StoreNamespace("shared"), "k")
            var seen = least
            while seen < least + 50 + round * 37 {
                guard case .success(.value(let value)) = await caller.result(of: .get(key)) else { continue }
                seen = value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
                try await Task.sleep(for: .milliseconds(1))
            }
            helper.kill()
            let answered = await numbers.max() ?? 0
            guard case .success(.value(let value?)) = await caller.result(of: .get(key)) else {
                return #expect(Bool(false))
            }
            let stored = Int(String(decoding: value, as: UTF8.self)) ?? 0
            #expect(stored >= answered && stored <= answered + 8 * 2)
            least = stored
            try await caller.close()
            await engine.close()
        }
    }

    @Test func countsOfSeveralProcessesAreExact() async throws {
        let fixture = try SQLiteFixture()
        let helpers = try (0..<4).map { _ in try StoreHelper("count", "sqlite:\(fixture.path)", "10", "120", "1000") }
        let allowed = await withTaskGroup(of: [Int].self) { tasks in
            for helper in helpers { tasks.addTask { await helper.numbers() } }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        try #require(allowed.allSatisfy { $0.count == 10 })
        // 400 calls for each key, of which the limit allows 120.
        for key in 0..<10 { #expect(allowed.reduce(0) { $0 + $1[key] } == 120) }
    }

    @Test func filesAreReadableByTheirOwnerOnly() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        _ = await caller.result(of: .set(try SQLiteFixture.key(), value: [0x31], lifetime: nil))
        for file in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
            #expect(try fixture.folder.mode(file) == 0o600, "\(file)")
        }
        try await caller.close()
        await engine.close()
    }

    @Test func expiredValuesAreRemovedSoThatTheFileDoesNotFill() async throws {
        let fixture = try SQLiteFixture()
        let clock = ManualClock()
        let engine = fixture.engine(maximumBytes: 1 << 20, clock: clock.clock)
        let caller = try await fixture.caller(engine)
        let value = Array(repeating: UInt8(0x61), count: 16_000)
        // Ten times what the file can hold at once.
        for round in 0..<600 {
            let lifetime = StoreLifetime(.seconds(1))
            let result = await caller.result(
                of: .set(try SQLiteFixture.key("\(round)"), value: value, lifetime: lifetime))
            #expect(result == .success(.done))
            clock.advance(by: .seconds(10))
        }
        try await caller.close()
        await engine.close()
    }

    @Test func replacedAndAbandonedListsAreRemovedSoThatTheFileDoesNotFill() async throws {
        let fixture = try SQLiteFixture()
        let clock = ManualClock()
        let engine = fixture.engine(maximumBytes: 1 << 20, clock: clock.clock)
        let caller = try await fixture.caller(engine)
        let list = try StoreList(namespace: StoreNamespace("n"), name: "blocklist")
        for round in 0..<20 {
            guard case .success(.load(let load)) = await caller.result(of: .beginLoad(list)) else {
                return #expect(Bool(false))
            }
            for part in 0..<4 {
                let members = try (0..<1000).map { try StoreMember(Array("member \(round) \(part) \($0)".utf8)) }
                #expect(await caller.result(of: .appendToLoad(load, members)) == .success(.done))
            }
            if round % 2 == 0 {
                #expect(await caller.result(of: .commitLoad(load)) == .success(.integer(4000)))
            } else {
                // The load is neither committed nor cancelled.
                clock.advance(by: .seconds(3601))
            }
        }
        try await caller.close()
        await engine.close()
    }
}
