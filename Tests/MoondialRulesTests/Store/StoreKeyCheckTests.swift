// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
import NIOCore
import NIOPosix
import StoreTesting
import Testing

/// Processes with different master secrets find out that they use different keys in one store.
struct StoreKeyCheckTests {
    private static func check(
        _ engine: any StoreEngine, key: String, leavesMark: Bool = true
    ) async throws -> StoreKeyCheck {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return try await eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: StoreKeyCheck.self)
            let names = StoreNames(settings(key))
            names.checkKey(
                in: engine.makeStore(on: eventLoop), leavesMark: leavesMark, timeout: .seconds(600),
                completion: { promise.succeed($0) })
            return promise.futureResult
        }.get()
    }

    private static func settings(_ key: String) -> StoreSettings {
        var settings = StoreSettings()
        settings.hashKey = Array(key.utf8)
        return settings
    }

    @Test func firstProcessStoresAMarkAndOthersCompareTheirKey() async throws {
        let engine = MemoryStoreEngine()
        #expect(try await Self.check(engine, key: "a", leavesMark: false) == .missing)
        #expect(try await Self.check(engine, key: "b", leavesMark: false) == .missing)
        #expect(try await Self.check(engine, key: "a") == .same)
        #expect(try await Self.check(engine, key: "a") == .same)
        #expect(try await Self.check(engine, key: "a", leavesMark: false) == .same)
        #expect(try await Self.check(engine, key: "b") == .different)
        #expect(try await Self.check(engine, key: "b", leavesMark: false) == .different)
    }

    @Test func replacedMarkMatchesTheNewKey() async throws {
        let engine = MemoryStoreEngine()
        #expect(try await Self.check(engine, key: "a") == .same)
        let names = StoreNames(Self.settings("b"))
        #expect(engine.execute(names.keyReplacement) == .success(.done))
        #expect(try await Self.check(engine, key: "b") == .same)
        #expect(try await Self.check(engine, key: "a") == .different)
    }

    @Test func markDoesNotContainTheKey() async throws {
        let names = StoreNames(Self.settings("secret"))
        guard case .set(let key, let value, nil) = names.keyReplacement else {
            Issue.record("\(names.keyReplacement)")
            return
        }
        #expect(key.namespace == names.ownNamespace)
        #expect(value.count == 34)
        #expect(!String(decoding: value, as: UTF8.self).contains("secret"))
    }

    @Test func checkWithoutAStoreIsUnknown() async throws {
        let check = try await Self.check(AbsentStoreEngine(), key: "a")
        #expect(check == .unknown(StoreError(.unavailable, "away")))
    }
}
