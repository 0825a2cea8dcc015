// SPDX-License-Identifier: MIT

import Dispatch

/// Lists and the loads that will replace them, bounded in bytes.
struct MemoryLists {
    private struct Load {
        var members = MemberSet()
        var lastChange: StoreTime
    }

    private let capacity: Int
    private var lists: [StoreList: MemberSet] = [:]
    private var loads: [StoreListLoad: Load] = [:]
    private var lastLoad = 0
    private(set) var bytes = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func execute(_ command: StoreCommand, at now: StoreTime) throws(StoreError) -> StoreReply {
        switch command {
        case .has(let list, let member):
            guard let members = lists[list] else { throw .noSuchList(list) }
            return .flag(members.contains(member))
        case .lists(let namespace):
            let summaries = lists.compactMap { list, members in
                list.namespace == namespace ? StoreListSummary(list: list, count: Int64(members.count)) : nil
            }
            return .lists(summaries.sorted { $0.list.name < $1.list.name })
        case .beginLoad(let list):
            dropAbandonedLoads(at: now)
            lastLoad += 1
            let load = StoreListLoad(list: list, id: String(lastLoad))
            loads[load] = Load(lastChange: now)
            return .load(load)
        case .appendToLoad(let load, let members):
            try append(members, to: load, at: now)
            return .done
        case .commitLoad(let load):
            guard let loaded = loads.removeValue(forKey: load) else { throw .noSuchLoad }
            release(lists.updateValue(loaded.members, forKey: load.list))
            return .integer(Int64(loaded.members.count))
        case .cancelLoad(let load):
            release(loads.removeValue(forKey: load)?.members)
            return .done
        case .deleteList(let list):
            let old = lists.removeValue(forKey: list)
            release(old)
            return .flag(old != nil)
        default: preconditionFailure("\(command) is not about lists")
        }
    }

    private mutating func append(
        _ members: [StoreMember], to load: StoreListLoad, at now: StoreTime
    ) throws(StoreError) {
        guard var loading = loads.removeValue(forKey: load) else { throw .noSuchLoad }
        let before = loading.members.bytes
        for member in members { loading.members.insert(member) }
        loading.lastChange = now
        let added = loading.members.bytes - before
        guard bytes + added <= capacity else {
            bytes -= before
            throw StoreError(
                .full,
                "the list \(load.list.name) needs more than the \(capacity) bytes for all lists; "
                    + "load a shorter list, or use another store")
        }
        bytes += added
        loads[load] = loading
    }

    private mutating func dropAbandonedLoads(at now: StoreTime) {
        for (load, loading) in loads where now.microseconds - loading.lastChange.microseconds > 3_600_000_000 {
            loads[load] = nil
            release(loading.members)
        }
    }

    /// Frees the members on another thread: freeing a large set takes long, and event loops wait for the lock of this
    /// state.
    private mutating func release(_ members: MemberSet?) {
        guard let members else { return }
        bytes -= members.bytes
        DispatchQueue.global(qos: .utility).async { withExtendedLifetime(members) {} }
    }
}

/// A set in 256 parts, so that an insertion that grows the table moves only one part.
private struct MemberSet: Sendable {
    private var parts: [Set<StoreMember>] = Array(repeating: [], count: 256)
    private(set) var bytes = 0
    private(set) var count = 0

    func contains(_ member: StoreMember) -> Bool { parts[Self.part(of: member)].contains(member) }

    mutating func insert(_ member: StoreMember) {
        guard parts[Self.part(of: member)].insert(member).inserted else { return }
        count += 1
        // 32 bytes for a slot in a table that is at most three quarters full; texts of up to 15 bytes are stored
        // inline.
        let length = member.text.utf8.count
        bytes += 32 + (length > 15 ? 32 + length : 0)
    }

    private static func part(of member: StoreMember) -> Int {
        var hasher = Hasher()
        hasher.combine(0xA5)
        hasher.combine(member)
        return hasher.finalize() & 0xFF
    }
}
