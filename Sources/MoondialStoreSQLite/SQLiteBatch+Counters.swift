// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore

/// A counter that was read from the file.
struct Counter {
    struct Key: Hashable {
        let key: String
        let window: Int64
    }

    /// Nil before it is written for the first time.
    fileprivate var id: Int64?
    fileprivate var log: StoredLog
    /// `sweep` and `firstChunk` as they are in the file.
    fileprivate var sweep: Int64 = 0
    fileprivate var firstChunk: Int64 = 0
    fileprivate var isChanged = false
}

extension SQLiteBatch {
    func count(_ request: CountRequest, under key: StoreKey) throws -> CountResult {
        let place = Counter.Key(key: key.text, window: request.windowMicroseconds)
        var counter = try counters.removeValue(forKey: place) ?? read(place)
        let result = try counter.log.count(request, at: now, in: LogChunks(batch: self, counter: counter.id))
        if result.allowed && request.cost > 0 {
            counter.isChanged = true
            // Chunks need the id of their counter.
            if counter.id == nil { try insert(&counter, place) }
        }
        counters[place] = counter
        return result
    }

    private func read(_ place: Counter.Key) throws -> Counter {
        var counter = Counter(log: StoredLog(window: place.window))
        try run(
            "SELECT window, log, id, sweep FROM counters WHERE key = ? AND window = ?", .text(place.key),
            .integer(place.window)
        ) { row in
            let log = try Self.log(in: row)
            counter = Counter(
                id: row.integer(2), log: log, sweep: row.integer(3), firstChunk: log.chunks.lowerBound)
        }
        return counter
    }

    /// The log in a row whose first columns are window and log.
    static func log(in row: SQLiteRow) throws -> StoredLog {
        guard let log = row.withBytes(1, { StoredLog(window: row.integer(0), bytes: $0) }) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT)
        }
        return log
    }

    private func insert(_ counter: inout Counter, _ place: Counter.Key) throws {
        guard let expiry = counter.log.expiry else { return }
        counter.sweep = Self.sweep(expiry)
        try change(
            "INSERT INTO counters (key, window, log, sweep) VALUES (?, ?, ?, ?)", .text(place.key),
            .integer(place.window), .bytes(counter.log.bytes), .integer(counter.sweep))
        counter.id = database.lastInsertedRowID
        counter.isChanged = false
    }

    /// Writes the counters that have changed.
    func writeCounters() throws {
        for counter in counters.values where counter.isChanged {
            guard let id = counter.id, let expiry = counter.log.expiry else { continue }
            let log = SQLiteArgument.bytes(counter.log.bytes)
            let sweep = Self.sweep(expiry)
            if sweep == counter.sweep {
                try change("UPDATE counters SET log = ? WHERE id = ?", log, .integer(id))
            } else {
                try change("UPDATE counters SET log = ?, sweep = ? WHERE id = ?", log, .integer(sweep), .integer(id))
            }
            let firstChunk = counter.log.chunks.lowerBound
            if firstChunk > counter.firstChunk {
                try LogChunks(batch: self, counter: id).remove(before: firstChunk)
            }
        }
        counters = [:]
    }
}

/// The moments of a log that are not in the row of its counter.
struct LogChunks {
    let batch: SQLiteBatch
    /// Nil for a counter that is not in the file, and so has no chunks.
    let counter: Int64?

    private var id: SQLiteArgument { SQLiteArgument(counter) }

    func read(_ number: Int64) throws -> [WindowMoment] {
        var moments: [WindowMoment]?
        try batch.run("SELECT moments FROM chunks WHERE counter = ? AND number = ?", id, .integer(number)) { row in
            moments = row.withBytes(0) { WindowMoment.read($0) }
        }
        guard let moments, moments.count == StoredLog.chunkLength else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT)
        }
        return moments
    }

    func insert(_ moments: ArraySlice<WindowMoment>, as number: Int64) throws {
        try batch.change(
            "INSERT INTO chunks (counter, number, moments) VALUES (?, ?, ?)", id, .integer(number),
            .bytes(WindowMoment.bytes(of: moments)))
    }

    func remove(before number: Int64) throws {
        try batch.change("DELETE FROM chunks WHERE counter = ? AND number < ?", id, .integer(number))
    }
}
