// SPDX-License-Identifier: MIT

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
                .text(list.namespace.text), .text(list.name), .text(load.id), .integer(now.microseconds))
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
                .text(list.namespace.text), .text(list.name))
            hasDiscarded = hasDiscarded || deleted > 0
            return .flag(deleted > 0)
        default: preconditionFailure("\(command) is not about lists")
        }
    }

    private func has(_ list: StoreList, _ member: StoreMember) throws -> Bool {
        var found: Bool?
        try run(
            """
            SELECT members.list IS NOT NULL FROM lists LEFT JOIN members ON members.list = lists.id AND member = ?
            WHERE namespace = ? AND name = ? AND state = 'current'
            """, .text(member.text), .text(list.namespace.text), .text(list.name)
        ) { row in found = row.integer(0) != 0 }
        guard let found else { throw StoreError.noSuchList(list) }
        return found
    }

    private func summaries(of namespace: StoreNamespace) throws -> [StoreListSummary] {
        var summaries: [StoreListSummary] = []
        try run(
            "SELECT name, count FROM lists WHERE namespace = ? AND state = 'current' ORDER BY name",
            .text(namespace.text)
        ) { row in
            if let list = try? StoreList(namespace: namespace, name: row.text(0)) {
                summaries.append(StoreListSummary(list: list, count: row.integer(1)))
            }
        }
        return summaries
    }

    private func find(_ load: StoreListLoad) throws -> (id: Int64, count: Int64)? {
        var found: (id: Int64, count: Int64)?
        try run(
            "SELECT id, count FROM lists WHERE state = 'loading' AND namespace = ? AND name = ? AND load = ?",
            .text(load.list.namespace.text), .text(load.list.name), .text(load.id)
        ) { row in found = (row.integer(0), row.integer(1)) }
        return found
    }

    private func append(_ members: [StoreMember], to load: StoreListLoad) throws {
        guard let found = try find(load) else { throw StoreError.noSuchLoad }
        var count = found.count
        for member in members {
            count += Int64(
                try change(
                    "INSERT OR IGNORE INTO members (list, member) VALUES (?, ?)", .integer(found.id),
                    .text(member.text)))
        }
        try change(
            "UPDATE lists SET count = ?, touched = ? WHERE id = ?", .integer(count), .integer(now.microseconds),
            .integer(found.id))
    }

    private func commit(_ load: StoreListLoad) throws -> Int64 {
        guard let found = try find(load) else { throw StoreError.noSuchLoad }
        let replaced = try change(
            "UPDATE lists SET state = 'old' WHERE namespace = ? AND name = ? AND state = 'current'",
            .text(load.list.namespace.text), .text(load.list.name))
        hasDiscarded = hasDiscarded || replaced > 0
        try change("UPDATE lists SET state = 'current' WHERE id = ?", .integer(found.id))
        return found.count
    }

    private func discard(_ id: Int64) throws {
        try change("UPDATE lists SET state = 'old' WHERE id = ?", .integer(id))
        hasDiscarded = true
    }

    /// Deletes a part of an old list, so that no transaction takes long. Loads without changes for an hour become old
    /// lists.
    ///
    /// - Returns: Whether there may be more to delete.
    func sweepLists() throws -> Bool {
        try change(
            "UPDATE lists SET state = 'old' WHERE state = 'loading' AND touched < ?",
            .integer(now.microseconds - Self.loadLifetime))
        var old: Int64?
        try run("SELECT id FROM lists WHERE state = 'old' LIMIT 1") { row in old = row.integer(0) }
        guard let id = old else { return false }
        let removed = try change(
            """
            DELETE FROM members WHERE list = ?1
            AND member IN (SELECT member FROM members WHERE list = ?1 LIMIT 1000)
            """, .integer(id))
        if removed < 1000 { try change("DELETE FROM lists WHERE id = ?", .integer(id)) }
        return true
    }
}
