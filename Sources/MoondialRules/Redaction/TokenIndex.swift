// SPDX-License-Identifier: MIT

/// Finds submitted tokens in texts, in time linear in the length of the text, whatever was submitted.
///
/// The index keeps of each token of ``prefixLength`` bytes or more a hash of the first ``prefixLength`` bytes, the
/// length, and a hash of the whole token. So an entry takes some forty bytes, and no token is kept as text. The hashes
/// have random keys, so that an attacker cannot choose texts whose hashes are equal.
///
/// The newest ``capacity`` tokens are known for certain; up to twice as many are kept. At a hundred tokens a second that
/// is more than one and a half hours, where a token lives ten minutes at most.
struct TokenIndex {
    /// A text that was cut may end within a token. This many first bytes identify the token.
    static let prefixLength = 16
    static let capacity = 1 << 19
    /// For tokens with the same beginning, this many lengths are kept. Beyond that, the text after the beginning counts
    /// as the rest of a token, so that the time for one place in a text is bounded.
    private static let lengthsPerPrefix = 16

    private struct Prefix {
        /// Descending: the longest token wins.
        var lengths: [Int] = []
        var longest = 0
        /// A rule of the operator submitted one of the tokens. Then the tokens are replaced even if the rule's text
        /// holds them.
        var isOperators = false
    }

    private struct Generation {
        var prefixes: [UInt64: Prefix] = [:]
        var tokens: Set<UInt64> = []
    }

    private let keys = HashKeys()
    private var newer = Generation()
    private var older = Generation()

    var isEmpty: Bool { newer.tokens.isEmpty && older.tokens.isEmpty }

    /// Adds a token; one that is shorter than ``prefixLength`` is ignored. `isOperators`: it comes from a rule, and not
    /// from a caller; `isAllowed` is not asked about it.
    mutating func add(_ token: UnsafeBufferPointer<UInt8>, isOperators: Bool = false) {
        guard token.count >= Self.prefixLength else { return }
        let beginning = keys.prefixHash(in: token, at: 0)
        if isOperators { newer.prefixes[beginning, default: Prefix()].isOperators = true }
        guard newer.tokens.insert(keys.hash(of: token)).inserted else { return }
        var prefix = newer.prefixes[beginning] ?? Prefix()
        prefix.longest = max(prefix.longest, token.count)
        if prefix.lengths.count < Self.lengthsPerPrefix, !prefix.lengths.contains(token.count) {
            prefix.lengths.append(token.count)
            prefix.lengths.sort(by: >)
        }
        newer.prefixes[beginning] = prefix
        guard newer.tokens.count >= Self.capacity else { return }
        older = newer
        newer = Generation()
    }

    /// The places of tokens and of their beginnings, in order and without overlaps. `isAllowed` says whether the text
    /// of a range may stay: it is called for whole tokens, and for the first ``prefixLength`` bytes of a possible
    /// beginning.
    func places(
        in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, isAllowed: (Range<Int>) -> Bool
    ) -> [Range<Int>] {
        guard !isEmpty, text.count >= Self.prefixLength else { return [] }
        var places: [Range<Int>] = []
        var hashes: SubstringHashes?
        // `isAllowed` is called once per token, however often the token occurs in the text.
        var allowed: [UInt64: Bool] = [:]
        var position = 0
        var counted = 0
        while position + Self.prefixLength <= text.count {
            if position >= counted, !work.count(upTo: position, &counted) { break }
            let key = keys.prefixHash(in: text, at: position)
            let (new, old) = (newer.prefixes[key], older.prefixes.isEmpty ? nil : older.prefixes[key])
            guard new != nil || old != nil else {
                position += 1
                continue
            }
            let entries = [new, old].compactMap(\.self)
            if hashes == nil { _ = work.count(text.count) }
            let known = hashes ?? SubstringHashes(text, keys)
            hashes = known
            let mayStay = entries.contains(where: \.isOperators) ? { _ in false } : isAllowed
            let end = wholeEnd(of: entries, at: position, in: known, work, &allowed, mayStay)
            if let end = end ?? cutEnd(of: entries, at: position, in: text, work, mayStay) {
                places.append(position..<end)
                position = end
            } else {
                position += 1
            }
        }
        return places
    }

    /// The end of the longest token that stands here.
    private func wholeEnd(
        of entries: [Prefix], at position: Int, in hashes: SubstringHashes, _ work: RedactionWork,
        _ allowed: inout [UInt64: Bool], _ isAllowed: (Range<Int>) -> Bool
    ) -> Int? {
        var best: Int?
        for length in entries.flatMap(\.lengths) where length > best ?? 0 && position + length <= hashes.count {
            guard work.count() else { break }
            let hash = hashes.hash(of: position..<(position + length))
            guard newer.tokens.contains(hash) || older.tokens.contains(hash) else { continue }
            let mayStay = allowed[hash] ?? isAllowed(position..<(position + length))
            allowed[hash] = mayStay
            if !mayStay { best = length }
        }
        return best.map { position + $0 }
    }

    /// The end of a text that begins like a token: up to white space or a quotation mark, and at most as far as the
    /// longest token would reach.
    private func cutEnd(
        of entries: [Prefix], at position: Int, in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork,
        _ isAllowed: (Range<Int>) -> Bool
    ) -> Int? {
        var end = position + Self.prefixLength
        if isAllowed(position..<end) { return nil }
        let limit = min(text.count, position + (entries.map(\.longest).max() ?? 0))
        while end < limit, text[end] > 0x20, text[end] != UInt8(ascii: "'"), text[end] != UInt8(ascii: "\"") {
            end += 1
        }
        _ = work.count(end - position)
        return end
    }
}

/// Random keys of two hash functions: one for the first bytes of a token, one for whole tokens and parts of texts.
struct HashKeys: Sendable {
    /// 2^61 - 1, a prime.
    private static let modulus: UInt64 = (1 << 61) - 1
    private let first = UInt64.random(in: 0...UInt64.max)
    private let second = UInt64.random(in: 0...UInt64.max)
    private let base = UInt64.random(in: 1 << 32..<HashKeys.modulus)

    /// The hash of the `TokenIndex.prefixLength` bytes from `position` on.
    @inline(__always)
    func prefixHash(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(text)
        let low = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let high = bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
        let product = (low ^ first).multipliedFullWidth(by: high ^ second)
        return product.high ^ product.low
    }

    /// A polynomial in the bytes, so that the hash of a part can be computed from the hashes of prefixes.
    func hash(of bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { extended($0, by: $1) }
    }

    @inline(__always)
    func extended(_ hash: UInt64, by byte: UInt8) -> UInt64 {
        let sum = product(hash, base) + UInt64(byte) + 1
        return sum >= Self.modulus ? sum - Self.modulus : sum
    }

    @inline(__always)
    func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        let sum = (low & Self.modulus) + (low >> 61 | high << 3)
        return sum >= Self.modulus ? sum - Self.modulus : sum
    }

    func power(after power: UInt64) -> UInt64 { product(power, base) }

    func difference(_ left: UInt64, _ right: UInt64) -> UInt64 {
        left >= right ? left - right : left + Self.modulus - right
    }
}

/// The hashes of all parts of a text, each in constant time.
private struct SubstringHashes {
    private let keys: HashKeys
    /// The hashes of the text up to each position.
    private var hashes: [UInt64] = [0]
    private var powers: [UInt64] = [1]

    var count: Int { hashes.count - 1 }

    init(_ text: UnsafeBufferPointer<UInt8>, _ keys: HashKeys) {
        self.keys = keys
        hashes.reserveCapacity(text.count + 1)
        powers.reserveCapacity(text.count + 1)
        var (hash, power): (UInt64, UInt64) = (0, 1)
        for byte in text {
            hash = keys.extended(hash, by: byte)
            power = keys.power(after: power)
            hashes.append(hash)
            powers.append(power)
        }
    }

    func hash(of range: Range<Int>) -> UInt64 {
        keys.difference(hashes[range.upperBound], keys.product(hashes[range.lowerBound], powers[range.count]))
    }
}
