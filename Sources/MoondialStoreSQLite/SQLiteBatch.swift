// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore

/// Executes commands inside one transaction, all with the same time.
final class SQLiteBatch {
    let database: Database
    let now: StoreTime
    /// The counters that were read. They are written at the end, so that many counts of one key need one write.
    var counters: [Counter.Key: Counter] = [:]
    /// Whether a list was replaced or deleted, or a load cancelled.
    var hasDiscarded = false

    init(database: Database, now: StoreTime) {
        self.database = database
        self.now = now
    }

    /// Executes commands and writes the changed counters. A refused command does not fail the others.
    func execute(_ commands: [StoreCommand]) throws -> [Result<StoreReply, StoreError>] {
        var results: [Result<StoreReply, StoreError>] = []
        results.reserveCapacity(commands.count)
        for command in commands {
            do throws(StoreFailure) {
                results.append(.success(try execute(command)))
            } catch {
                switch error {
                case .refused(let refusal): results.append(.failure(refusal))
                case .database(let error): throw error
                }
            }
        }
        try writeCounters()
        return results
    }

    private func execute(_ command: StoreCommand) throws(StoreFailure) -> StoreReply {
        do {
            switch command {
            case .count(let key, let request): return .count(try count(request, under: key))
            case .get(let key): return .value(try value(of: key)?.bytes)
            case .set(let key, let value, let lifetime):
                try set(key, value, until: lifetime.map { now + $0 })
                return .done
            case .add(let key, let value, let lifetime):
                if try self.value(of: key) != nil { return .flag(false) }
                try set(key, value, until: lifetime.map { now + $0 })
                return .flag(true)
            case .increment(let key, let amount, let lifetime):
                return .integer(try increment(key, by: amount, lifetime))
            case .delete(let key): return .flag(try delete(key))
            case .entries(let namespace, let cursor, let limit):
                try writeCounters()
                return .entries(try page(of: namespace, after: cursor, limit: max(1, limit)))
            case .waitForReplicas: throw StoreError.noReplicas
            default: return try executeOnLists(command)
            }
        } catch let error as StoreError {
            throw .refused(error)
        } catch {
            throw .database(error)
        }
    }

    /// Executes a statement that is prepared once for the connection, and calls `read` with each row.
    func run(_ sql: String, _ arguments: SQLiteArgument..., read: (SQLiteRow) throws -> Void) throws {
        try PreparedStatement(sql, database).run(arguments, read)
    }

    /// - Returns: How many rows changed.
    @discardableResult
    func change(_ sql: String, _ arguments: SQLiteArgument...) throws -> Int {
        try PreparedStatement(sql, database).run(arguments)
        return database.changesCount
    }
}

/// Values.
extension SQLiteBatch {
    func value(of key: StoreKey) throws -> (bytes: [UInt8], expiry: StoreTime?)? {
        var found: (bytes: [UInt8], expiry: StoreTime?)?
        try run("SELECT value, expires FROM entries WHERE key = ?", .text(key.text)) { row in
            let expiry = row.optionalInteger(1).map { StoreTime(microseconds: $0) }
            if expiry.map({ $0 > now }) ?? true { found = (row.bytes(0), expiry) }
        }
        return found
    }

    private func set(_ key: StoreKey, _ value: [UInt8], until expiry: StoreTime?) throws {
        try change(
            """
            INSERT INTO entries (key, value, expires, sweep) VALUES (?, ?, ?, ?) ON CONFLICT (key)
            DO UPDATE SET value = excluded.value, expires = excluded.expires, sweep = excluded.sweep
            """, .text(key.text), .bytes(value), SQLiteArgument(expiry?.microseconds),
            SQLiteArgument(expiry.map(Self.sweep)))
    }

    private func increment(_ key: StoreKey, by amount: Int64, _ lifetime: StoreLifetime?) throws -> Int64 {
        var expiry = lifetime.map { now + $0 }
        var old: Int64 = 0
        if let value = try value(of: key) {
            guard let number = StoreInteger.read(value.bytes) else { throw StoreError.notAnInteger }
            old = number
            expiry = value.expiry
        }
        let (sum, overflows) = old.addingReportingOverflow(amount)
        guard !overflows else { throw StoreError.notAnInteger }
        try set(key, Array(String(sum).utf8), until: expiry)
        return sum
    }

    private func delete(_ key: StoreKey) throws -> Bool {
        try writeCounters()
        var existed = try value(of: key) != nil
        try run("SELECT window, log FROM counters WHERE key = ?", .text(key.text)) { row in
            // A log that cannot be read is deleted all the same.
            let log = try? Self.log(in: row)
            existed = existed || log.map { $0.expiry.map { $0 > now } ?? false } ?? true
        }
        try change("DELETE FROM entries WHERE key = ?", .text(key.text))
        try change("DELETE FROM counters WHERE key = ?", .text(key.text))
        return existed
    }

    /// The number of a minute, after which everything that ends at `expiry` has expired.
    static func sweep(_ expiry: StoreTime) -> Int64 { expiry.microseconds / 60_000_000 + 1 }
}

extension StoreKey {
    var text: String { "\(namespace.text):\(name)" }
}
