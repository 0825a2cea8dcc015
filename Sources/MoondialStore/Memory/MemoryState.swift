// SPDX-License-Identifier: MIT

/// The entries and lists of a ``MemoryStoreEngine``.
struct MemoryState {
    private var entries: MemoryEntries
    private var lists: MemoryLists

    init(configuration: MemoryStoreEngine.Configuration) {
        entries = MemoryEntries(capacity: configuration.entryBytes)
        lists = MemoryLists(capacity: configuration.listBytes)
    }

    var statistics: MemoryStoreEngine.Statistics {
        var statistics = MemoryStoreEngine.Statistics()
        statistics.entries = entries.count
        statistics.entryBytes = entries.bytes
        statistics.evictions = entries.evictions
        statistics.listBytes = lists.bytes
        return statistics
    }

    mutating func execute(_ command: StoreCommand, at now: StoreTime) throws(StoreError) -> StoreReply {
        switch command {
        case .count(let key, let request): return .count(entries.count(request, under: key, at: now))
        case .get(let key): return .value(entries.value(of: key, at: now))
        case .set(let key, let value, let lifetime):
            entries.set(value, for: key, until: lifetime.map { now + $0 }, at: now)
            return .done
        case .add(let key, let value, let lifetime):
            guard entries.value(of: key, at: now) == nil else { return .flag(false) }
            entries.set(value, for: key, until: lifetime.map { now + $0 }, at: now)
            return .flag(true)
        case .increment(let key, let amount, let lifetime):
            return .integer(try entries.increment(key, by: amount, lifetime: lifetime, at: now))
        case .delete(let key): return .flag(entries.delete(key, at: now))
        case .entries(let namespace, let cursor, let limit):
            return .entries(entries.page(of: namespace, after: cursor, limit: limit, at: now))
        case .waitForReplicas: throw .noReplicas
        default: return try lists.execute(command, at: now)
        }
    }
}
