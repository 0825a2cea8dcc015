// SPDX-License-Identifier: MIT

import Foundation
import GRDB
import MoondialStore
import MoondialStoreSQLite
import NIOCore
import StoreTesting
import TemporaryFolders
import Testing

/// Faults of the file. The store works again after them without a restart.
struct SQLiteFaultTests {
    private static func expectFailure(
        _ result: Result<StoreReply, StoreError>, _ kinds: [StoreError.Kind], _ words: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        switch result {
        case .success(let reply): Issue.record("expected a failure, got \(reply)", sourceLocation: sourceLocation)
        case .failure(let error):
            #expect(kinds.contains(error.kind), "\(error)", sourceLocation: sourceLocation)
            #expect(words.map(error.message.contains) ?? true, "\(error)", sourceLocation: sourceLocation)
        }
    }

    /// Repeats a call until it succeeds: the store opens the file again after a pause.
    private static func untilAnswered(_ caller: StoreCaller, _ command: StoreCommand) async throws -> StoreReply {
        while true {
            if case .success(let reply) = await caller.result(of: command) { return reply }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Another program, which may keep a transaction open.
    private static func locker(_ fixture: SQLiteFixture) throws -> DatabaseQueue {
        var settings = GRDB.Configuration()
        settings.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: fixture.path, configuration: settings)
    }

    private static func set(_ text: String = "1") throws -> StoreCommand {
        .set(try SQLiteFixture.key(), value: Array(text.utf8), lifetime: nil)
    }

    @Test func writeWhileAnotherProgramLocksTheFileIsATimeout() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        #expect(await caller.result(of: try Self.set()) == .success(.done))
        let locker = try Self.locker(fixture)
        try await locker.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<3 {
            Self.expectFailure(await caller.result(of: try Self.set(), timeout: .milliseconds(50)), [.timeout])
        }
        #expect(clock.now - start >= .milliseconds(150))
        // Reading needs no lock.
        #expect(await caller.result(of: .get(try SQLiteFixture.key())) == .success(.value([0x31])))
        try await locker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(await caller.result(of: try Self.set()) == .success(.done))
        try await caller.close()
        await engine.close()
    }

    @Test func fullFileRefusesWritesAndStillReads() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine(maximumBytes: 1 << 20)
        let caller = try await fixture.caller(engine)
        let value = Array(repeating: UInt8(0x61), count: 16_000)
        var written = 0
        while case .success = await caller.result(
            of: .set(try SQLiteFixture.key("\(written)"), value: value, lifetime: nil))
        {
            written += 1
            guard written < 200 else { break }
        }
        #expect((30..<70).contains(written))
        let results = await caller.results(of: [
            .set(try SQLiteFixture.key("more"), value: value, lifetime: nil), .get(try SQLiteFixture.key("0")),
        ])
        try #require(results.count == 2)
        Self.expectFailure(results[0], [.full])
        #expect(results[1] == .success(.value(value)))
        for number in 0..<10 {
            #expect(await caller.result(of: .delete(try SQLiteFixture.key("\(number)"))) == .success(.flag(true)))
        }
        #expect(
            await caller.result(of: .set(try SQLiteFixture.key("more"), value: value, lifetime: nil)) == .success(.done)
        )
        try await caller.close()
        await engine.close()
    }

    @Test func storeIsUnavailableUntilItsFolderExists() async throws {
        let fixture = try SQLiteFixture()
        let folder = fixture.folder.path("later")
        let engine = SQLiteStoreEngine(configuration: .init(path: folder + "/store"))
        let caller = try await fixture.caller(engine)
        for _ in 0..<3 { Self.expectFailure(await caller.result(of: try Self.set()), [.unavailable], "No such file") }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        #expect(try await Self.untilAnswered(caller, try Self.set()) == .done)
        try await caller.close()
        await engine.close()
    }

    @Test func fileThatIsNoDatabaseIsUnavailableUntilItIsMovedAway() async throws {
        let fixture = try SQLiteFixture()
        try Data(repeating: 0x61, count: 10_000).write(to: URL(fileURLWithPath: fixture.path))
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        for _ in 0..<3 { Self.expectFailure(await caller.result(of: try Self.set()), [.unavailable], "damaged") }
        try FileManager.default.moveItem(atPath: fixture.path, toPath: fixture.path + ".old")
        #expect(try await Self.untilAnswered(caller, try Self.set()) == .done)
        try await caller.close()
        await engine.close()
    }

    @Test(arguments: [true, false]) func fileThatIsReplacedIsOpenedAgain(isMoved: Bool) async throws {
        let fixture = try SQLiteFixture()
        let (first, second) = (fixture.engine(), fixture.engine())
        let caller = try await fixture.caller(first)
        #expect(try await caller.result(of: try Self.set("1")).get() == .done)
        for suffix in ["", "-wal", "-shm"] {
            let path = fixture.path + suffix
            if isMoved {
                try FileManager.default.moveItem(atPath: path, toPath: fixture.path + ".old" + suffix)
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        // What the other process writes from now on, this one sees, and the other way round.
        let other = try await fixture.caller(second)
        #expect(try await other.result(of: try Self.set("2")).get() == .done)
        let get = StoreCommand.get(try SQLiteFixture.key())
        #expect(try await caller.result(of: get).get() == .value(Array("2".utf8)))
        #expect(try await caller.result(of: try Self.set("3")).get() == .done)
        #expect(try await other.result(of: get).get() == .value(Array("3".utf8)))
        for open in [caller, other] { try await open.close() }
        for engine in [first, second] { await engine.close() }
    }

    @Test func readingADamagedFileIsUnavailable() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine()
        var caller = try await fixture.caller(engine)
        for number in 0..<500 {
            _ = await caller.result(
                of: .set(try SQLiteFixture.key("\(number)"), value: Array(repeating: 0, count: 200), lifetime: nil))
        }
        try await caller.close()
        await engine.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
        let size = try handle.seekToEnd()
        // All but the first page, which holds the schema.
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0x5A, count: Int(size) - 4096))
        try handle.close()
        let next = fixture.engine()
        caller = try await fixture.caller(next)
        for _ in 0..<3 {
            Self.expectFailure(await caller.result(of: .get(try SQLiteFixture.key("1"))), [.unavailable], "damaged")
        }
        try await caller.close()
        await next.close()
    }

    @Test func damagedCounterIsUnavailable() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        let request = try #require(CountRequest(limit: 2, window: .seconds(60)))
        let count = StoreCommand.count(try SQLiteFixture.key(), request)
        _ = await caller.result(of: count)
        let other = try DatabaseQueue(path: fixture.path)
        try await other.write { try $0.execute(sql: "UPDATE counters SET log = x'00'") }
        Self.expectFailure(await caller.result(of: count), [.unavailable], "damaged")
        #expect(try await Self.untilAnswered(caller, .delete(try SQLiteFixture.key())) != .done)
        try await caller.close()
        await engine.close()
    }

    @Test func fileOfANewerVersionIsUnavailable() async throws {
        let fixture = try SQLiteFixture()
        let other = try DatabaseQueue(path: fixture.path)
        try await other.write { try $0.execute(sql: "PRAGMA user_version = 3") }
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        Self.expectFailure(await caller.result(of: try Self.set()), [.unavailable], "newer moondial")
        try await caller.close()
        await engine.close()
    }

    @Test(arguments: [0, 2]) func databaseOfAnotherProgramIsNotChanged(version: Int) async throws {
        let fixture = try SQLiteFixture()
        let other = try DatabaseQueue(path: fixture.path)
        try await other.write { try $0.execute(sql: "CREATE TABLE entries (a); PRAGMA user_version = \(version)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        Self.expectFailure(await caller.result(of: try Self.set()), [.unavailable], "database of another program")
        try await caller.close()
        await engine.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
    }

    /// The path is a folder. File permissions would not keep a test that runs as root from opening a file.
    @Test func fileThatCannotBeOpenedIsUnavailable() async throws {
        let fixture = try SQLiteFixture()
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: true)
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        Self.expectFailure(await caller.result(of: try Self.set()), [.unavailable], "Is a directory")
        try await caller.close()
        await engine.close()
    }

    @Test func commandIsNotExecutedAfterItsTimeout() async throws {
        let fixture = try SQLiteFixture()
        let engine = fixture.engine()
        let caller = try await fixture.caller(engine)
        let key = try SQLiteFixture.key()
        #expect(await caller.result(of: try Self.set("1")) == .success(.done))
        let locker = try Self.locker(fixture)
        try await locker.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        async let first = caller.result(of: .increment(key, by: 1, lifetime: nil), timeout: .milliseconds(100))
        async let second = caller.result(of: .increment(key, by: 1, lifetime: nil), timeout: .milliseconds(20))
        let results = await [first, second]
        for result in results { Self.expectFailure(result, [.timeout]) }
        try await locker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(await caller.result(of: .get(key)) == .success(.value([0x31])))
        try await caller.close()
        await engine.close()
    }
}
