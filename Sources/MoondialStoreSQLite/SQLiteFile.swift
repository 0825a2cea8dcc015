// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore
import NIOCore
import Platform
import Synchronization

/// The open file, used by one thread.
final class SQLiteFile {
    private let database: DatabaseQueue
    private let path: String
    private let identity: Identity?
    private let clock: StoreClock
    /// How long the thread waits for the lock of another process.
    private let lockDeadline: LockDeadline
    /// Whether the file must be opened again.
    private(set) var isBroken = false
    /// Whether old lists wait to be deleted, a part at a time.
    private(set) var hasGarbage = true
    private var lastSweep = StoreTime(microseconds: 0)

    /// How long opening may wait for other processes.
    private static let openingTime = TimeAmount.seconds(1)

    init(configuration: SQLiteStoreEngine.Configuration, clock: StoreClock) throws(StoreError) {
        self.clock = clock
        let lockDeadline = LockDeadline()
        self.lockDeadline = lockDeadline
        lockDeadline.set(.now() + Self.openingTime)
        let path = configuration.path
        // SQLite gives its other files, such as the WAL, the same permissions as this one.
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let cause = Errno.last.description
            throw StoreError(.unavailable, "could not open the store \(path): \(cause); check the folder and its owner")
        }
        identity = Identity { fstat(descriptor, &$0) }
        self.path = path
        close(descriptor)
        var settings = GRDB.Configuration()
        settings.journalMode = .wal
        settings.busyMode = .callback { _ in lockDeadline.waits() }
        settings.label = "moondial store"
        do {
            settings.prepareDatabase { database in
                try SQLiteSchema.checkOwner(database)
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
                try database.execute(sql: "PRAGMA journal_size_limit = 16777216")
            }
            database = try DatabaseQueue(path: path, configuration: settings)
            try database.writeWithoutTransaction { database in
                try SQLiteSchema.migrate(database)
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                _ = try Int.fetchOne(
                    database, sql: "PRAGMA max_page_count = \(max(256, configuration.maximumBytes / pageSize))")
            }
        } catch {
            throw StoreError(opening: path, error)
        }
    }

    /// Whether there is another file, or none, at the path of this one: what this process writes would be lost, and other
    /// processes would not see it.
    var isReplaced: Bool { identity != Identity { stat(path, &$0) } }

    private struct Identity: Equatable {
        let device: UInt64
        let file: UInt64

        /// Nil when `read` fails.
        init?(_ read: (inout stat) -> Int32) {
            var status = stat()
            guard read(&status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            file = UInt64(status.st_ino)
        }
    }

    /// Executes commands in one transaction. If that fails, executes each in a transaction of its own.
    func execute(_ commands: [StoreCommand], until deadline: NIODeadline) -> [Result<StoreReply, StoreError>] {
        lockDeadline.set(deadline)
        do {
            return try transaction(commands)
        } catch {
            // Deleting old lists continues with a later command.
            if commands.isEmpty { hasGarbage = false }
            guard commands.count > 1, !error.isLock else { return commands.map { _ in .failure(fail(error)) } }
        }
        // When the disk is full, commands that only read still succeed.
        return commands.map { command in
            do {
                return try transaction([command])[0]
            } catch {
                return .failure(fail(error))
            }
        }
    }

    private func fail(_ error: any Error) -> StoreError {
        isBroken = isBroken || error.needsReopening
        return StoreError(error)
    }

    private func transaction(_ commands: [StoreCommand]) throws -> [Result<StoreReply, StoreError>] {
        try database.writeWithoutTransaction { database in
            if commands.isEmpty && !hasGarbage { return [] }
            let isReading = !commands.isEmpty && commands.allSatisfy(\.isReading)
            // A transaction that reads sees a consistent state and does not block other processes.
            try PreparedStatement(isReading ? "BEGIN" : "BEGIN IMMEDIATE", database).run([])
            do {
                let batch = SQLiteBatch(database: database, now: clock.now)
                let results = try batch.execute(commands)
                let sweep = try isReading ? nil : self.sweep(batch)
                try PreparedStatement("COMMIT", database).run([])
                if let sweep {
                    hasGarbage = sweep.hasMore
                    lastSweep = sweep.time
                }
                return results
            } catch {
                // SQLite may have rolled back already.
                if database.isInsideTransaction { try? PreparedStatement("ROLLBACK", database).run([]) }
                throw error
            }
        }
    }

    /// Deletes some expired entries, once per second, and a part of old lists.
    ///
    /// - Returns: When expired entries were last deleted, and whether there are more old lists.
    private func sweep(_ batch: SQLiteBatch) throws -> (time: StoreTime, hasMore: Bool) {
        let isDue = batch.now.microseconds - lastSweep.microseconds >= 1_000_000
        if isDue { try batch.sweepEntries() }
        let looksForLists = isDue || hasGarbage || batch.hasDiscarded
        return (isDue ? batch.now : lastSweep, looksForLists ? try batch.sweepLists() : hasGarbage)
    }
}

/// Waits for the lock of another process, in small steps: SQLite's own steps grow to a tenth of a second.
private final class LockDeadline: Sendable {
    private let time = Atomic<UInt64>(0)

    func set(_ deadline: NIODeadline) { time.store(deadline.uptimeNanoseconds, ordering: .relaxed) }

    /// - Returns: Whether to try again.
    func waits() -> Bool {
        guard NIODeadline.now().uptimeNanoseconds < time.load(ordering: .relaxed) else { return false }
        usleep(300)
        return true
    }
}
