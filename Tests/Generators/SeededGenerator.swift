// SPDX-License-Identifier: MIT

import TextFormats

/// A random number generator that gives the same numbers for the same seed on every platform.
package struct SeededGenerator: RandomNumberGenerator {
    private var random: SplitMix

    package init(seed: UInt64) { random = SplitMix(seed: seed) }

    package mutating func next() -> UInt64 { random.next() }

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
