// SPDX-License-Identifier: MIT

/// Values and counters by key, bounded in bytes; the least recently used are evicted first.
struct MemoryEntries {
    private struct Value {
        let bytes: [UInt8]
        let expiry: StoreTime?

        func isLive(at now: StoreTime) -> Bool { expiry.map { $0 > now } ?? true }
    }

    /// The expiry of a value that is kept.
    private static let never = StoreTime(microseconds: .max)

    /// One key with its neighbours in the order of use.
    private struct Node {
        /// Nil for a free place.
        var key: StoreKey?
        var value: Value?
        var counters: [WindowLog] = []
        var previous: Int?
        var next: Int?

        /// When value and counters have all expired; the earliest time for a free place.
        private(set) var expiry = StoreTime(microseconds: .min)
        /// An estimate of the node's memory.
        private(set) var bytes = 0

        func isLive(at now: StoreTime) -> Bool { expiry > now }

        /// Updates `expiry` and `bytes`; must be called after each change.
        mutating func measure() {
            expiry = value.map { $0.expiry ?? MemoryEntries.never } ?? StoreTime(microseconds: .min)
            // The node, its place in the index, and the two texts and arrays that it refers to.
            bytes = 256 + (key?.name.utf8.count ?? 0) + (value?.bytes.count ?? 0)
            for log in counters {
                bytes += log.byteCount
                if let end = log.expiry { expiry = max(expiry, end) }
            }
        }
    }

    private let capacity: Int
    private var index: [StoreKey: Int] = [:]
    private var nodes: [Node] = []
    private var free: [Int] = []
    /// The most and the least recently used node.
    private var newest: Int?
    private var oldest: Int?
    /// Where the search for expired nodes continues.
    private var hand = 0

    private(set) var bytes = 0
    private(set) var evictions = 0

    var count: Int { index.count }

    init(capacity: Int) {
        precondition(capacity >= 1 << 20, "the smallest memory is 1 MiB, so that every single entry fits")
        self.capacity = capacity
    }

    mutating func value(of key: StoreKey, at now: StoreTime) -> [UInt8]? {
        guard let place = index[key] else { return nil }
        touch(place)
        guard let value = nodes[place].value, value.isLive(at: now) else { return nil }
        return value.bytes
    }

    mutating func set(_ bytes: [UInt8], for key: StoreKey, until expiry: StoreTime?, at now: StoreTime) {
        change(key, at: now) { $0.value = Value(bytes: bytes, expiry: expiry) }
    }

    mutating func increment(
        _ key: StoreKey, by amount: Int64, lifetime: StoreLifetime?, at now: StoreTime
    ) throws(StoreError) -> Int64 {
        var expiry = lifetime.map { now + $0 }
        var old: Int64 = 0
        if let place = index[key], let value = nodes[place].value, value.isLive(at: now) {
            guard let number = StoreInteger.read(value.bytes) else { throw .notAnInteger }
            old = number
            expiry = value.expiry
        }
        let (sum, overflows) = old.addingReportingOverflow(amount)
        guard !overflows else { throw .notAnInteger }
        set(Array(String(sum).utf8), for: key, until: expiry, at: now)
        return sum
    }

    mutating func count(_ request: CountRequest, under key: StoreKey, at now: StoreTime) -> CountResult {
        change(key, at: now) { node in
            let place = node.counters.firstIndex { $0.window == request.windowMicroseconds }
            guard let place else {
                var log = WindowLog(window: request.windowMicroseconds)
                defer { node.counters.append(log) }
                return log.count(request, at: now)
            }
            return node.counters[place].count(request, at: now)
        }
    }

    /// - Returns: Whether there was a value or counter that had not expired.
    mutating func delete(_ key: StoreKey, at now: StoreTime) -> Bool {
        guard let place = index[key] else { return false }
        defer { remove(place) }
        return nodes[place].isLive(at: now)
    }

    /// The cursor is a place in the table: entries that are added during the listing may be missed, all others are
    /// listed.
    func page(of namespace: StoreNamespace, after cursor: String?, limit: Int, at now: StoreTime) -> StoreEntriesPage {
        let start = cursor.flatMap { Int($0) } ?? 0
        let end = min(nodes.count, max(0, start) + max(1, limit))
        guard start >= 0, start < end else { return StoreEntriesPage(entries: [], next: nil) }
        var entries: [StoreEntry] = []
        for node in nodes[start..<end] {
            guard let key = node.key, key.namespace == namespace else { continue }
            entries += Self.entries(of: node, key, at: now)
        }
        return StoreEntriesPage(entries: entries, next: end < nodes.count ? String(end) : nil)
    }

    private static func entries(of node: Node, _ key: StoreKey, at now: StoreTime) -> [StoreEntry] {
        func remaining(_ expiry: StoreTime) -> Duration { .microseconds(expiry.microseconds - now.microseconds) }
        var entries: [StoreEntry] = []
        if let value = node.value, value.isLive(at: now) {
            entries.append(
                StoreEntry(key: key, content: .value(value.bytes), remaining: value.expiry.map(remaining)))
        }
        for log in node.counters {
            guard let expiry = log.expiry, expiry > now else { continue }
            let content = StoreEntry.Content.counter(window: .microseconds(log.window), used: log.used(at: now))
            entries.append(StoreEntry(key: key, content: content, remaining: remaining(expiry)))
        }
        return entries
    }
}

extension MemoryEntries {
    /// Changes a node, which is created if it is missing, and evicts others if the node needs more room.
    private mutating func change<Answer>(_ key: StoreKey, at now: StoreTime, _ body: (inout Node) -> Answer) -> Answer {
        let place = index[key] ?? insert(key)
        touch(place)
        bytes -= nodes[place].bytes
        let answer = body(&nodes[place])
        if nodes[place].counters.contains(where: { $0.hasEnded(at: now) }) {
            nodes[place].counters.removeAll { $0.hasEnded(at: now) }
        }
        nodes[place].measure()
        bytes += nodes[place].bytes
        if !nodes[place].isLive(at: now) { remove(place) }
        removeExpired(at: now)
        while bytes > capacity, let oldest, oldest != place { evict(oldest, at: now) }
        return answer
    }

    private mutating func insert(_ key: StoreKey) -> Int {
        var node = Node(key: key)
        node.measure()
        bytes += node.bytes
        let place = free.popLast() ?? nodes.count
        if place == nodes.count { nodes.append(node) } else { nodes[place] = node }
        index[key] = place
        attach(place)
        return place
    }

    private mutating func evict(_ place: Int, at now: StoreTime) {
        if nodes[place].isLive(at: now) { evictions += 1 }
        remove(place)
    }

    private mutating func remove(_ place: Int) {
        guard let key = nodes[place].key else { return }
        bytes -= nodes[place].bytes
        detach(place)
        index[key] = nil
        nodes[place] = Node()
        free.append(place)
    }

    /// Checks two nodes at each change, so that expired nodes are removed before live ones have to be evicted.
    private mutating func removeExpired(at now: StoreTime) {
        for _ in 0..<min(2, nodes.count) {
            hand = hand + 1 < nodes.count ? hand + 1 : 0
            if nodes[hand].key != nil, !nodes[hand].isLive(at: now) { remove(hand) }
        }
    }

    private mutating func touch(_ place: Int) {
        guard newest != place else { return }
        detach(place)
        attach(place)
    }

    private mutating func attach(_ place: Int) {
        nodes[place].previous = nil
        nodes[place].next = newest
        if let newest { nodes[newest].previous = place } else { oldest = place }
        newest = place
    }

    private mutating func detach(_ place: Int) {
        let previous = nodes[place].previous
        let next = nodes[place].next
        if let previous { nodes[previous].next = next } else { newest = next }
        if let next { nodes[next].previous = previous } else { oldest = previous }
    }
}

extension WindowLog {
    /// Whether nothing that was counted is in the window any more.
    fileprivate func hasEnded(at now: StoreTime) -> Bool { expiry.map { $0 <= now } ?? true }
}
