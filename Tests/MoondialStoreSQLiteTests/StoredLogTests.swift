// SPDX-License-Identifier: MIT

import GRDB
import Generators
import MoondialStore
import NIOCore
import StoreTesting
import Testing

@testable import MoondialStoreSQLite

/// A counter in the file gives the same results as `WindowLog`, which MoondialStoreTests compare with a model.
struct StoredLogTests {
    /// Two connections to one file, as two processes have them.
    private struct Files {
        let fixture: SQLiteFixture
        let clock = ManualClock()
        let files: [SQLiteFile]

        init() throws {
            fixture = try SQLiteFixture()
            let configuration = SQLiteStoreEngine.Configuration(path: fixture.path)
            let clock = clock
            files = try (0..<2).map { _ in try SQLiteFile(configuration: configuration, clock: clock.clock) }
        }

        func count(_ requests: [CountRequest], under key: StoreKey, on number: Int) throws -> [CountResult] {
            let commands = requests.map { StoreCommand.count(key, $0) }
            return try files[number].execute(commands, until: .now() + .seconds(60)).map { result in
                guard case .count(let count) = try result.get() else { throw StoreError.closed }
                return count
            }
        }
    }

    private static func compare(
        _ files: Files, _ log: inout WindowLog, _ requests: [CountRequest], under key: StoreKey, on number: Int
    ) throws -> Bool {
        var next = log
        let expected = requests.map { next.count($0, at: files.clock.clock.now) }
        // The file is written only when something was counted. Expired moments thus stay in it, and are in the window
        // again after the clock is set back.
        if zip(expected, requests).contains(where: { $0.allowed && $1.cost > 0 }) { log = next }
        let actual = try files.count(requests, under: key, on: number)
        if actual != expected { Issue.record("expected \(expected), got \(actual)") }
        return actual == expected
    }

    @Test func fileCountsRandomSequencesLikeWindowLog() async throws {
        let files = try Files()
        var generator = SeededGenerator(seed: 6)
        for sequence in 0..<2000 {
            await Task.yield()
            let window = Int64(generator.pick([1000, 1007, 5000, 60_000_000]))
            let limit = Int64(generator.pick([0, 1, 2, 3, 5, 9]))
            var log = WindowLog(window: window)
            let key = try SQLiteFixture.key("\(sequence)")
            for _ in 0..<generator.below(14) {
                let random = Int64(generator.below(Int(window)))
                let pause = generator.pick([0, 1, -1, window / 3, window / 2, window - 1, window, random])
                files.clock.advance(by: .microseconds(pause))
                let requests = try (0...generator.below(3)).map { _ in
                    try #require(
                        CountRequest(
                            limit: generator.chance(10) ? limit + 1 : limit, window: .microseconds(window),
                            cost: Int64(generator.pick([1, 1, 1, 1, 0, 2, 5]))))
                }
                guard try Self.compare(files, &log, requests, under: key, on: generator.below(2)) else { return }
            }
        }
    }

    /// Chunks are added and removed, and logs become full, expire during a pause and fill again.
    @Test(arguments: [40, 500, 1500, 2500])
    func fileCountsWithLongLogsLikeWindowLog(limit: Int64) async throws {
        let files = try Files()
        var generator = SeededGenerator(seed: UInt64(limit))
        var log = WindowLog(window: 1_000_000)
        let key = try SQLiteFixture.key()
        for step in 0..<6000 {
            if step % 64 == 0 { await Task.yield() }
            let pause = step % 1999 == 1998 ? generator.pick([500_000, 999_000, 1_000_000]) : generator.below(1000)
            files.clock.advance(by: .microseconds(pause))
            let request = try #require(
                CountRequest(
                    limit: limit - Int64(generator.chance(50) ? 7 : 0), window: .seconds(1),
                    cost: Int64(generator.pick([1, 1, 1, 2]))))
            let number = step / 50 % 2
            guard try Self.compare(files, &log, [request], under: key, on: number) else { return }
            if step % 500 == 0 {
                let used = log.used(at: files.clock.clock.now)
                let page = try files.files[number].execute(
                    [.entries(key.namespace, after: nil, limit: 10)], until: .now() + .seconds(60))[0].get()
                guard case .entries(let entries) = page else { return #expect(Bool(false)) }
                #expect(entries.entries.map(\.content) == [.counter(window: .seconds(1), used: used)])
            }
        }
        // Chunks of expired moments are deleted.
        let database = try DatabaseQueue(path: files.fixture.path)
        let chunks = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunks") }
        #expect(chunks ?? -1 <= WindowLog.capacity / StoredLog.chunkLength)
        _ = files.files[0].execute([.delete(key)], until: .now() + .seconds(60))
        #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunks") } == 0)
    }

    @Test func malformedBytesAreNotReadAsALog() {
        func log(_ numbers: [Int64]) -> StoredLog? {
            numbers.withUnsafeBytes { StoredLog(window: 1000, bytes: $0) }
        }
        #expect(log([]) == nil)
        #expect(log([0, 1, 0, 0, 0]) == nil, "no moments")
        #expect(log([0, 1, 0, 0, 0, 1]) == nil, "half a moment")
        #expect(log([0, 1, 0, 0, 0, 1, 1]) != nil)
        #expect(log([0, 1, 0, 0, 0, 1, 1, 1, 2]) == nil, "moments do not repeat")
        #expect(log([0, 1, 2, 1, 0, 1, 1]) == nil, "fewer chunks than none")
        #expect(log([0, 1, 0, 33, 0, 1, 1]) == nil, "more chunks than there can be")
        #expect(log([0, 1, 0, 0, 1, 1, 1]) == nil, "something is gone of no chunk")
        #expect(log([0, 1, 0, 1, 32, 1, 1]) == nil, "all is gone of a chunk")
        #expect(log([0, 1, 0, 0, 0] + (0..<66).map { $0 / 2 }) == nil, "more moments than stay in the row")
    }
}
