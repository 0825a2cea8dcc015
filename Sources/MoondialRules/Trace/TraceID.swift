// SPDX-License-Identifier: MIT

import TextFormats

/// The name of one run, for people and logs: 16 hexadecimal digits.
package struct TraceID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Nil unless the text is what ``description`` gives.
    package init?(_ text: String) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
        self.init(rawValue: value)
    }

    /// Draws an id from the generator.
    package init(using generator: inout some RandomNumberGenerator) {
        self.rawValue = generator.next()
    }

    /// Always 16 lower-case digits.
    package var description: String { Hexadecimal.lowercase(rawValue) }
}

/// Draws the numbers of runs: 2^64 different ones in an order that looks random, from a random place on (SplitMix64). They are
/// names and no secrets, and asking the system for each of them costs a system call.
struct TraceNumbers: RandomNumberGenerator {
    private var state = UInt64.random(in: 0...UInt64.max)

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
