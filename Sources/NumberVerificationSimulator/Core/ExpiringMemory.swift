// SPDX-License-Identifier: MIT

/// What is known about tokens or phones, until it expires.
///
/// Holds hashes of the texts, not the texts: 64 bits, so that the chance that two of a million are taken for one is one
/// in ten million. Expired entries are removed whenever the number of entries has doubled since the last time, which
/// bounds the memory to twice what is live, at constant cost per entry.
struct ExpiringMemory<Value: Sendable>: Sendable {
    private var entries: [Int: (value: Value, expiry: Duration)] = [:]
    private var countToPurgeAt = 1024

    /// How many entries are held, expired ones included.
    var count: Int { entries.count }

    func value(for text: String, now: Duration) -> Value? {
        guard let entry = entries[text.hashValue], now < entry.expiry else { return nil }
        return entry.value
    }

    mutating func remember(_ value: Value, for text: String, until expiry: Duration, now: Duration) {
        if entries.count >= countToPurgeAt {
            entries = entries.filter { now < $0.value.expiry }
            countToPurgeAt = max(1024, 2 * entries.count)
        }
        entries[text.hashValue] = (value, expiry)
    }
}
