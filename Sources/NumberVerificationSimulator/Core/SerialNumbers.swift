// SPDX-License-Identifier: MIT

/// The `id` of replies, in the format of the service's, which seem to be milliseconds since 2018-01-01 UTC+8, shifted
/// left by 22 bits, plus a sequence.
///
/// The n-th number after a start depends only on the seed. So the time is counted and not read: every number is a
/// millisecond later than the one before, starting from the documented example. All numbers are odd and need 57 bits,
/// so that no double holds one exactly.
struct SerialNumbers: Sendable {
    /// The id in the service's documented reply.
    static let documentedExample: Int64 = 117_270_465_679_982_592

    private static let sequenceBits = 22
    private let seed: UInt64
    private var milliseconds = documentedExample >> sequenceBits

    init(seed: UInt64) {
        self.seed = seed
    }

    mutating func next() -> Int64 {
        milliseconds += 1
        let sequence = Self.mixed(seed &+ UInt64(bitPattern: milliseconds)) >> (64 - Self.sequenceBits) | 1
        return milliseconds << Self.sequenceBits | Int64(sequence)
    }

    /// The finaliser of SplitMix64: near inputs give unrelated outputs.
    private static func mixed(_ input: UInt64) -> UInt64 {
        var bits = input &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
