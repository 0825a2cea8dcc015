// SPDX-License-Identifier: MIT

/// SplitMix64: the same seed gives the same cases everywhere.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// Up to `count` choices, one after the other.
    package mutating func text(upTo count: Int, of choices: [String]) -> String {
        (0..<below(count + 1)).map { _ in pick(choices) }.joined()
    }

    package mutating func bytes(upTo count: Int, of choices: [UInt8]) -> [UInt8] {
        (0..<below(count + 1)).map { _ in pick(choices) }
    }
}
