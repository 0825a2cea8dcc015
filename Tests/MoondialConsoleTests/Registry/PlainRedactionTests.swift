// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

@Suite struct PlainRedactionTests {
    @Test(
        arguments: [
            ("verify(\"13800138000\", \"secret\", \"e1\")", "verify(\"138****8000\", \"<token>\", \"e1\")"),
            ("verify('13800138000', 'sim:code=9001')", "verify('138****8000', 'sim:code=9001')"),
            ("moondial.attempt(\"h5\", p, \"secret\")", "moondial.attempt(\"h5\", p, \"<token>\")"),
            ("t = \"STsid0000001542695429579Ob28vB7b0c\"", "t = \"<token>\""),
            ("x = 13800138000", "x = \"138****8000\""),
            ("-- call 13800138000", "-- call 138****8000"), ("x = 1 + 2 -- fine", "x = 1 + 2 -- fine"),
            ("verify(\"13800138000\", \"unclosed", "verify(\"138****8000\", \"<token>\""),
        ])
    func redacted(block: String, expected: String) {
        #expect(PlainRedaction.redacted(block) == expected)
    }
}
