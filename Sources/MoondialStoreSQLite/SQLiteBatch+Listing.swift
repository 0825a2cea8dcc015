// SPDX-License-Identifier: MIT

import MoondialStore

extension SQLiteBatch {
    /// The cursor is the key after which the next page begins.
    func page(of namespace: StoreNamespace, after cursor: String?, limit: Int) throws -> StoreEntriesPage {
        let start = cursor ?? "\(namespace.text):"
        // The character after the colon ends the namespace.
        let end = "\(namespace.text);"
        var keys: [String] = []
        try run(
            """
            SELECT key FROM (
              SELECT key FROM entries WHERE key > ?1 AND key < ?2 UNION SELECT key FROM counters WHERE key > ?1 AND key < ?2)
            ORDER BY key LIMIT ?3
            """, .text(start), .text(end), .integer(Int64(limit))
        ) { row in keys.append(row.text(0)) }
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
        try run("SELECT window, log, id FROM counters WHERE key = ?", .text(key.text)) { row in
            let log = try Self.log(in: row)
            guard let expiry = log.expiry, expiry > now else { return }
            let used = try log.used(at: now, in: LogChunks(batch: self, counter: row.integer(2)))
            let content = StoreEntry.Content.counter(window: .microseconds(log.window), used: used)
            entries.append(StoreEntry(key: key, content: content, remaining: remaining(expiry)))
        }
        return entries
    }

    /// Deletes up to 500 expired rows of each table.
    func sweepEntries() throws {
        let minute = now.microseconds / 60_000_000
        for table in ["entries", "counters"] {
            try change(
                "DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE sweep < ? LIMIT 500)", .integer(minute)
            )
        }
    }
}
