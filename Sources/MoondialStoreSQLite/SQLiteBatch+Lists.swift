// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore

extension SQLiteBatch {
    /// How long a load lives without a change, in microseconds.
    private static let loadLifetime: Int64 = 3_600_000_000

    func executeOnLists(_ command: StoreCommand) throws -> StoreReply {
        switch command {
        case .has(let list, let member): return .flag(try has(list, member))
        case .lists(let namespace): return .lists(try summaries(of: namespace))
        case .beginLoad(let list):
            let load = StoreListLoad(list: list, id: String(UInt64.random(in: .min ... .max), radix: 16))
            try change(
                "INSERT INTO lists (namespace, name, load, count, touched, state) VALUES (?, ?, ?, 0, ?, 'loading')",
                [list.namespace.text, list.name, load.id, now.microseconds])
            return .load(load)
        case .appendToLoad(let load, let members):
            try append(members, to: load)
            return .done
        case .commitLoad(let load): return .integer(try commit(load))
        case .cancelLoad(let load):
            if let id = try find(load)?.id { try discard(id) }
            return .done
        case .deleteList(let list):
            let deleted = try change(
                "UPDATE lists SET state = 'old' WHERE namespace = ? AND name = ? AND state = 'current'",
                [list.namespace.text, list.name])
            hasDiscarded = hasDiscarded || deleted > 0
            return .flag(deleted > 0)
        default: preconditionFailure("\(command) is not about lists")
        }
    }

    private func has(_ list: StoreList, _ member: StoreMember) throws -> Bool {
        let found = try row(
            """
            SELECT members.list IS NOT NULL FROM lists LEFT JOIN members ON members.list = lists.id AND member = ?
            WHERE namespace = ? AND name = ? AND state = 'current'
            """, [member.text, list.namespace.text, list.name])
        guard let found else { throw StoreError.noSuchList(list) }
        return found[0]
    }

    private func summaries(of namespace: StoreNamespace) throws -> [StoreListSummary] {
        let found = try rows(
            "SELECT name, count FROM lists WHERE namespace = ? AND state = 'current' ORDER BY name", [namespace.text])
        var summaries: [StoreListSummary] = []
        while let row = try found.next() {
            if let list = try? StoreList(namespace: namespace, name: row[0]) {
                summaries.append(StoreListSummary(list: list, count: row[1]))
            }
        }
        return summaries
    }

    private func find(_ load: StoreListLoad) throws -> (id: Int64, count: Int64)? {
        let found = try row(
            "SELECT id, count FROM lists WHERE state = 'loading' AND namespace = ? AND name = ? AND load = ?",
            [load.list.namespace.text, load.list.name, load.id])
        return found.map { ($0[0], $0[1]) }
    }

    private func append(_ members: [StoreMember], to load: StoreListLoad) throws {
        guard let found = try find(load) else { throw StoreError.noSuchLoad }
        var count = found.count
        for member in members {
            count += Int64(
                try change("INSERT OR IGNORE INTO members (list, member) VALUES (?, ?)", [found.id, member.text]))
        }
        try change("UPDATE lists SET count = ?, touched = ? WHERE id = ?", [count, now.microseconds, found.id])
    }

    private func commit(_ load: StoreListLoad) throws -> Int64 {
        guard let found = try find(load) else { throw StoreError.noSuchLoad }
        let replaced = try change(
            "UPDATE lists SET state = 'old' WHERE namespace = ? AND name = ? AND state = 'current'",
            [load.list.namespace.text, load.list.name])
        hasDiscarded = hasDiscarded || replaced > 0
        try change("UPDATE lists SET state = 'current' WHERE id = ?", [found.id])
        return found.count
    }

    private func discard(_ id: Int64) throws {
        try change("UPDATE lists SET state = 'old' WHERE id = ?", [id])
        hasDiscarded = true
    }

    /// Removes a part of an old list, so that no transaction takes long. Loads that nobody ends become old lists.
    ///
    /// - Returns: Whether there is more.
    func sweepLists() throws -> Bool {
        try change(
            "UPDATE lists SET state = 'old' WHERE state = 'loading' AND touched < ?",
            [now.microseconds - Self.loadLifetime])
        guard let row = try row("SELECT id FROM lists WHERE state = 'old' LIMIT 1", []) else { return false }
        let id: Int64 = row[0]
        let removed = try change(
            """
            DELETE FROM members WHERE list = ?1
            AND member IN (SELECT member FROM members WHERE list = ?1 LIMIT 1000)
            """, [id])
        if removed < 1000 { try change("DELETE FROM lists WHERE id = ?", [id]) }
        return true
    }
}
