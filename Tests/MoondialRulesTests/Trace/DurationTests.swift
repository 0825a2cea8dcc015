// SPDX-License-Identifier: MIT

import JSON
import Testing
import TextFormats

@testable import MoondialRules

struct DurationTests {
    @Test(arguments: [
        (Duration.zero, "0.0", "0.000"), (.microseconds(1), "0.001", "0.001"), (.microseconds(1500), "1.5", "1.500"),
        (.nanoseconds(499), "0.0", "0.000"), (.nanoseconds(500), "0.001", "0.001"),
        (.seconds(10), "10000.0", "10000.000"),
        (.milliseconds(84) + .microseconds(213), "84.213", "84.213"),
        (.seconds(86_400) + .microseconds(1), "86400000.001", "86400000.001"),
    ])
    func millisecondsHaveAtMostThreeDecimals(duration: Duration, json: String, text: String) {
        #expect(duration.jsonMilliseconds.description == json)
        #expect(duration.millisecondsText == text)
    }
}
