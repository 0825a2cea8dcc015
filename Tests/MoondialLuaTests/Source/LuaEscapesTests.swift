// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

struct LuaEscapesTests {
    @Test(arguments: [
        ("plain", "plain"), (#"a\nb\t\\\"\'"#, "a\nb\t\\\"'"), (#"\65\0661\x43"#, "AB1C"), (#"\u{53F7}\u{7801}"#, "号码"),
        ("a\\z \n  b", "ab"), ("a\\\nb", "a\nb"), (#"\a\b\f\r\v"#, "\u{7}\u{8}\u{C}\r\u{B}"), (#"end\"#, "end"),
        (#"\u{110000}x"#, "x"), (#"\u{7FFFFFFFFFFFFFFFFFFFFF}x"#, "x"), (#"\xZZ"#, "\0ZZ"),
        (#"\u{0000000000041}BC"#, "ABC"), ("a\\\r\nb\\\n\rc", "a\nb\nc"), (#"\u41"#, "A"),
    ])
    func shortStringsAreDecoded(literal: String, meant: String) {
        #expect(LuaEscapes.decoded(literal.utf8) == Array(meant.utf8))
    }
}
