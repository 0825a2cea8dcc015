// SPDX-License-Identifier: MIT

import Foundation
import GRDB
import MoondialStore

/// Commands inside one transaction, at one time.
final class SQLiteBatch {
    /// A counter that was read, until it is written at the end: many counts of one key are one write.
    private struct Counter {
        /// Nil for a new row.
        let id: Int64?
        /// As it stands in the file.
        let sweep: Int64?
        var log: WindowLog
        var isChanged = false
    }

    private struct CounterKey: Hashable {
        let key: String
        let window: Int64
    }

    let database: Database
    let now: StoreTime
    private var counters: [CounterKey: Counter] = [:]
    /// Whether a list was replaced or given up.
    var hasDiscarded = false

    init(database: Database, now: StoreTime) {
        self.database = database
        self.now = now
    }

    func execute(_ command: StoreCommand) throws(StoreFailure) -> StoreReply {
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

    /// The rows of a statement that is prepared once for the connection.
    func rows(_ sql: String, _ arguments: StatementArguments) throws -> RowCursor {
        try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
    }

    /// The only row, or the first.
    func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments)
    }

    /// - Returns: How many rows changed.
    @discardableResult
    func change(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
        return database.changesCount
    }
}

/// Values.
extension SQLiteBatch {
    private func value(of key: StoreKey) throws -> (bytes: [UInt8], expiry: StoreTime?)? {
        guard let row = try row("SELECT value, expires FROM entries WHERE key = ?", [key.text]) else { return nil }
        let expires: Int64? = row[1]
        let expiry = expires.map { StoreTime(microseconds: $0) }
        if let expiry, expiry <= now { return nil }
        return (try row.withUnsafeData(atIndex: 0) { $0.map(Array.init) ?? [] }, expiry)
    }

    private func set(_ key: StoreKey, _ value: [UInt8], until expiry: StoreTime?) throws {
        try change(
            """
            INSERT INTO entries (key, value, expires, sweep) VALUES (?, ?, ?, ?) ON CONFLICT (key)
            DO UPDATE SET value = excluded.value, expires = excluded.expires, sweep = excluded.sweep
            """, [key.text, Data(value), expiry?.microseconds, expiry.map(Self.sweep)])
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
        let logs = try rows("SELECT window, log FROM counters WHERE key = ?", [key.text])
        while let row = try logs.next() {
            // What cannot be read can be deleted.
            let log = try? Self.log(row, window: row[0], at: 1)
            existed = existed || log.map { $0.expiry.map { $0 > now } ?? false } ?? true
        }
        counters = counters.filter { $0.key.key != key.text }
        try change("DELETE FROM entries WHERE key = ?", [key.text])
        try change("DELETE FROM counters WHERE key = ?", [key.text])
        return existed
    }
}

/// Counters.
extension SQLiteBatch {
    private func count(_ request: CountRequest, under key: StoreKey) throws -> CountResult {
        let place = CounterKey(key: key.text, window: request.windowMicroseconds)
        var counter = try counters.removeValue(forKey: place) ?? read(place)
        let result = counter.log.count(request, at: now)
        counter.isChanged = counter.isChanged || result.allowed && request.cost > 0
        counters[place] = counter
        return result
    }

    private func read(_ place: CounterKey) throws -> Counter {
        let found = try row(
            "SELECT id, sweep, log FROM counters WHERE key = ? AND window = ?", [place.key, place.window])
        guard let row = found else {
            return Counter(id: nil, sweep: nil, log: WindowLog(window: place.window))
        }
        return Counter(id: row[0], sweep: row[1], log: try Self.log(row, window: place.window, at: 2))
    }

    private static func log(_ row: Row, window: Int64, at index: Int) throws -> WindowLog {
        let bytes = try row.withUnsafeData(atIndex: index) { $0.map(Array.init) ?? [] }
        guard let log = WindowLog(window: window, bytes: bytes) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT)
        }
        return log
    }

    /// Writes what was counted since the last time.
    func writeCounters() throws {
        for (place, counter) in counters where counter.isChanged {
            guard let expiry = counter.log.expiry else { continue }
            let sweep = Self.sweep(expiry)
            let log = Data(counter.log.bytes)
            if let id = counter.id, sweep == counter.sweep {
                try change("UPDATE counters SET log = ? WHERE id = ?", [log, id])
            } else {
                try change(
                    """
                    INSERT INTO counters (key, window, log, sweep) VALUES (?, ?, ?, ?) ON CONFLICT (key, window)
                    DO UPDATE SET log = excluded.log, sweep = excluded.sweep
                    """, [place.key, place.window, log, sweep])
            }
        }
        counters = [:]
    }
}

/// Listing and sweeping.
extension SQLiteBatch {
    /// The cursor is the key after which the next page begins.
    private func page(of namespace: StoreNamespace, after cursor: String?, limit: Int) throws -> StoreEntriesPage {
        let start = cursor ?? "\(namespace.text):"
        // The character after the colon ends the namespace.
        let end = "\(namespace.text);"
        let found = try rows(
            """
            SELECT key FROM (
              SELECT key FROM entries WHERE key > ?1 AND key < ?2 UNION SELECT key FROM counters WHERE key > ?1 AND key < ?2)
            ORDER BY key LIMIT ?3
            """, [start, end, limit])
        var keys: [String] = []
        while let row = try found.next() { keys.append(row[0]) }
        var entries: [StoreEntry] = []
        for text in keys {
            let name = String(text.dropFirst(namespace.text.count + 1))
            entries += try self.entries(of: StoreKey(namespace: namespace, storedName: name))
        }
        return StoreEntriesPage(entries: entries, next: keys.count == limit ? keys.last : nil)
    }

    private func entries(of key: StoreKey) throws -> [StoreEntry] {
        func remaining(_ expiry: StoreTime) -> Duration { .microseconds(expiry.microseconds - now.microseconds) }
        var entries: [StoreEntry] = []
        if let value = try value(of: key) {
            entries.append(
                StoreEntry(key: key, content: .value(value.bytes), remaining: value.expiry.map(remaining)))
        }
        let logs = try rows("SELECT window, log FROM counters WHERE key = ?", [key.text])
        while let row = try logs.next() {
            let log = try Self.log(row, window: row[0], at: 1)
            guard let expiry = log.expiry, expiry > now else { continue }
            let content = StoreEntry.Content.counter(window: .microseconds(log.window), used: log.used(at: now))
            entries.append(StoreEntry(key: key, content: content, remaining: remaining(expiry)))
        }
        return entries
    }

    /// Removes some of what has expired.
    func sweepEntries() throws {
        let minute = now.microseconds / 60_000_000
        for table in ["entries", "counters"] {
            try change(
                "DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE sweep < ? LIMIT 500)", [minute])
        }
    }

    /// The minute after which nothing is left of what ends then.
    private static func sweep(_ expiry: StoreTime) -> Int64 { expiry.microseconds / 60_000_000 + 1 }
}

extension StoreKey {
    fileprivate var text: String { "\(namespace.text):\(name)" }
}
