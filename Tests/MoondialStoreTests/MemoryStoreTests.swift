// SPDX-License-Identifier: MIT

import MoondialStore
import NIOPosix
import StoreTesting
import Testing

extension StoreCase: CustomTestStringConvertible {
    public var testDescription: String { description }
}

struct MemoryStoreTests {
    @Test(arguments: StoreCase.all)
    func storeCasePasses(_ sample: StoreCase) async throws {
        let clock = ManualClock()
        let engine = MemoryStoreEngine(clock: clock.clock)
        try await StoreFixture.run(sample, on: engine, group: MultiThreadedEventLoopGroup.singleton) { duration in
            clock.advance(by: duration)
        }
    }

    @Test func fullStoreEvictsTheLeastRecentlyUsedEntries() throws {
        let engine = Self.smallEngine()
        let kept = try Self.key("kept")
        _ = engine.execute(.set(kept, value: [0x31], lifetime: nil))
        for number in 0..<1000 {
            let value = Array(repeating: UInt8(0), count: 10_000)
            _ = engine.execute(.set(try Self.key("\(number)"), value: value, lifetime: nil))
            #expect(engine.execute(.get(kept)) == .success(.value([0x31])))
            #expect(engine.statistics.entryBytes <= 1 << 20)
        }
        #expect(try engine.execute(.get(Self.key("0"))) == .success(.value(nil)))
        #expect(try engine.execute(.get(Self.key("999"))) != .success(.value(nil)))
        let statistics = engine.statistics
        #expect(statistics.entries + statistics.evictions == 1001)
        #expect(statistics.entries > 90, "there is room for about a hundred")
    }

    @Test func expiredEntriesAreRemovedBeforeOthersAreEvicted() throws {
        let clock = ManualClock()
        let engine = Self.smallEngine(clock: clock)
        let value = Array(repeating: UInt8(0), count: 4000)
        let lifetime = StoreLifetime(.milliseconds(10))
        for number in 0..<100 {
            _ = engine.execute(.set(try Self.key("kept\(number)"), value: value, lifetime: nil))
        }
        for number in 0..<100 {
            _ = engine.execute(.set(try Self.key("short\(number)"), value: value, lifetime: lifetime))
        }
        clock.advance(by: .milliseconds(10))
        for number in 0..<140 {
            _ = engine.execute(.set(try Self.key("new\(number)"), value: value, lifetime: nil))
        }
        #expect(engine.statistics.evictions == 0)
        #expect(engine.statistics.entries == 240)
    }

    @Test func memoryOfACounterIsBounded() throws {
        let clock = ManualClock()
        let engine = Self.smallEngine(clock: clock)
        let request = try #require(CountRequest(limit: 1_000_000, window: .seconds(86_400)))
        for _ in 0..<20_000 {
            clock.advance(by: .milliseconds(1))
            _ = engine.execute(.count(try Self.key("a"), request))
        }
        #expect(engine.statistics.entryBytes < 20_000)
        guard case .success(.count(let result)) = engine.execute(.count(try Self.key("a"), request)) else {
            return #expect(Bool(false))
        }
        #expect(result.used == 20_001)
    }

    @Test func loadBeyondTheMemoryOfListsFailsAndIsReleased() throws {
        var configuration = MemoryStoreEngine.Configuration()
        configuration.listBytes = 100_000
        let engine = MemoryStoreEngine(configuration: configuration)
        let list = try StoreList(namespace: StoreNamespace("n"), name: "blocklist")
        for _ in 0..<3 {
            guard case .success(.load(let load)) = engine.execute(.beginLoad(list)) else { return #expect(Bool(false)) }
            let members = try (0..<1000).map { try StoreMember(Array("\($0)".utf8)) }
            #expect(engine.execute(.appendToLoad(load, members)) == .success(.done))
            #expect(engine.execute(.appendToLoad(load, members)) == .success(.done), "the same members take no room")
            for part in 1... {
                let more = try (0..<1000).map { try StoreMember(Array("\(part)-\($0)".utf8)) }
                if case .failure(let error) = engine.execute(.appendToLoad(load, more)) {
                    #expect(error.kind == .full)
                    break
                }
            }
            #expect(engine.statistics.listBytes == 0, "what was loaded so far is released")
        }
    }

    @Test func abandonedLoadIsReleased() throws {
        let clock = ManualClock()
        let engine = MemoryStoreEngine(clock: clock.clock)
        let list = try StoreList(namespace: StoreNamespace("n"), name: "blocklist")
        guard case .success(.load(let load)) = engine.execute(.beginLoad(list)) else { return #expect(Bool(false)) }
        _ = engine.execute(.appendToLoad(load, [try StoreMember([0x61])]))
        clock.advance(by: .seconds(3601))
        _ = engine.execute(.beginLoad(list))
        #expect(engine.statistics.listBytes == 0)
        guard case .failure(let error) = engine.execute(.commitLoad(load)) else { return #expect(Bool(false)) }
        #expect(error.kind == .unavailable)
    }

    /// After random commands, deleting all keys leaves no bytes.
    @Test func byteCountsStayRightUnderRandomCommands() throws {
        var generator = SystemRandomNumberGenerator()
        let clock = ManualClock()
        let engine = Self.smallEngine(clock: clock)
        for _ in 0..<30_000 {
            let key = try Self.key("\(Int.random(in: 0..<400, using: &generator))")
            let value = Array(repeating: UInt8(0), count: Int.random(in: 0..<16_000, using: &generator))
            let lifetime = StoreLifetime(.milliseconds(Int.random(in: 0..<20, using: &generator)))
            let request = try #require(CountRequest(limit: 10, window: .milliseconds(5)))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: _ = engine.execute(.set(key, value: value, lifetime: lifetime))
            case 1: _ = engine.execute(.get(key))
            case 2: _ = engine.execute(.delete(key))
            case 3: _ = engine.execute(.count(key, request))
            case 4: clock.advance(by: .microseconds(500))
            default: _ = engine.execute(.add(key, value: value, lifetime: nil))
            }
            #expect(engine.statistics.entryBytes <= 1 << 20)
        }
        for number in 0..<400 { _ = engine.execute(.delete(try Self.key("\(number)"))) }
        #expect(engine.statistics.entries == 0)
        #expect(engine.statistics.entryBytes == 0)
    }

    private static func smallEngine(clock: ManualClock = ManualClock()) -> MemoryStoreEngine {
        var configuration = MemoryStoreEngine.Configuration()
        configuration.entryBytes = 1 << 20
        return MemoryStoreEngine(configuration: configuration, clock: clock.clock)
    }

    private static func key(_ name: String) throws -> StoreKey {
        try StoreKey(namespace: StoreNamespace("n"), name)
    }
}
