// SPDX-License-Identifier: MIT

/// Values for tokens or phones, kept until they expire.
///
/// Keys are hashes of the texts and not the texts: with 64 bits, the chance that two of a million texts have the same
/// hash is one in ten million. Expired entries are removed whenever the number of entries has doubled since the last
/// removal: so memory is at most twice that of the live entries, at constant cost per entry.
struct ExpiringMemory<Value: Sendable>: Sendable {
    private var entries: [Int: (value: Value, expiry: Duration)] = [:]
    private var countToPurgeAt = 1024

    /// The number of entries, including expired ones.
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
