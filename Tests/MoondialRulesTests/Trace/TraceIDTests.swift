// SPDX-License-Identifier: MIT

import MoondialRules
import Testing

struct TraceIDTests {
    private struct Fixed: RandomNumberGenerator {
        let number: UInt64

        mutating func next() -> UInt64 { number }
    }

    @Test(arguments: [
        (UInt64.min, "0000000000000000"), (0xAB, "00000000000000ab"), (.max, "ffffffffffffffff"),
    ])
    func traceIDHas16Digits(number: UInt64, text: String) {
        var generator = Fixed(number: number)
        #expect(TraceID(using: &generator).description == text)
    }
}
