// SPDX-License-Identifier: MIT

import NIOCore
import RESP
import Testing

/// Bytes of a connection, and the values that the parser must read from them.
struct RESPCase: Sendable, CustomTestStringConvertible {
    enum End: Sendable, Hashable {
        /// All bytes were read, or the next value is incomplete.
        case pending
        case failure(RESPParseError)
    }

    let testDescription: String
    let bytes: [UInt8]
    let values: [RESPValue]
    let end: End

    init(_ name: String, _ text: String, _ values: [RESPValue] = [], _ end: End = .pending) {
        self.init(name, bytes: Array(text.utf8), values, end)
    }

    init(_ name: String, bytes: [UInt8], _ values: [RESPValue] = [], _ end: End = .pending) {
        testDescription = name
        self.bytes = bytes
        self.values = values
        self.end = end
    }

    /// Whether it is short enough to test a split at every byte.
    var isShort: Bool { bytes.count < 200 }

    static func bulk(_ text: String) -> RESPValue { .bulk(ByteBuffer(string: text)) }

    static let valid = [
        RESPCase("simple string", "+OK\r\n", [.simple("OK")]),
        RESPCase("empty simple string", "+\r\n", [.simple("")]),
        RESPCase("error", "-ERR no such command\r\n", [.error(RESPError("ERR no such command"))]),
        RESPCase("integers", ":0\r\n:-1\r\n:+7\r\n", [.integer(0), .integer(-1), .integer(7)]),
        RESPCase(
            "largest integers", ":9223372036854775807\r\n:-9223372036854775808\r\n", [.integer(.max), .integer(.min)]),
        RESPCase("bulk", "$5\r\nhello\r\n", [bulk("hello")]),
        RESPCase("bulk with line ends", "$6\r\na\r\n$1\r\r\n", [bulk("a\r\n$1\r")]),
        RESPCase("empty bulk", "$0\r\n\r\n", [bulk("")]),
        RESPCase("null of RESP2", "$-1\r\n*-1\r\n", [.null, .null]),
        RESPCase("null of RESP3", "_\r\n", [.null]),
        RESPCase("booleans", "#t\r\n#f\r\n", [.boolean(true), .boolean(false)]),
        RESPCase("doubles", ",1.5\r\n,-2e3\r\n,10\r\n", [.double(1.5), .double(-2000), .double(10)]),
        RESPCase("infinite doubles", ",inf\r\n,-inf\r\n", [.double(.infinity), .double(-.infinity)]),
        RESPCase(
            "big number", "(-3492890328409238509324850943850943825024385\r\n",
            [
                .bigNumber("-3492890328409238509324850943850943825024385")
            ]),
        RESPCase("bulk error", "!21\r\nSYNTAX invalid syntax\r\n", [.error(RESPError("SYNTAX invalid syntax"))]),
        RESPCase(
            "verbatim", "=15\r\ntxt:Some string\r\n",
            [
                .verbatim(format: "txt", ByteBuffer(string: "Some string"))
            ]),
        RESPCase("array", "*3\r\n:1\r\n$1\r\na\r\n*1\r\n_\r\n", [.array([.integer(1), bulk("a"), .array([.null])])]),
        RESPCase("empty aggregates", "*0\r\n%0\r\n~0\r\n>0\r\n", [.array([]), .map([]), .set([]), .push([])]),
        RESPCase(
            "map", "%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n",
            [
                .map([RESPPair(.simple("a"), .integer(1)), RESPPair(.simple("b"), .array([]))])
            ]),
        RESPCase("set", "~2\r\n+a\r\n+a\r\n", [.set([.simple("a"), .simple("a")])]),
        RESPCase(
            "push between replies", "+a\r\n>2\r\n+invalidate\r\n_\r\n+b\r\n",
            [
                .simple("a"), .push([.simple("invalidate"), .null]), .simple("b"),
            ]),
        RESPCase(
            "attributes are dropped", "|1\r\n+ttl\r\n:3600\r\n*2\r\n|0\r\n:1\r\n:2\r\n",
            [
                .array([.integer(1), .integer(2)])
            ]),
        RESPCase("error in an array", "*2\r\n-ERR a\r\n+b\r\n", [.array([.error(RESPError("ERR a")), .simple("b")])]),
        RESPCase("depth 32", String(repeating: "*1\r\n", count: 32) + ":1\r\n", [nested(32)]),
        RESPCase("bulk of 1 MiB", bytes: largeBulk(1 << 20), [.bulk(ByteBuffer(repeating: 0x61, count: 1 << 20))]),
    ]

    private static func nested(_ depth: Int) -> RESPValue {
        depth == 0 ? .integer(1) : .array([nested(depth - 1)])
    }

    private static func largeBulk(_ length: Int) -> [UInt8] {
        Array("$\(length)\r\n".utf8) + Array(repeating: 0x61, count: length) + Array("\r\n".utf8)
    }

    static let hostile = [
        RESPCase("no RESP at all", "HTTP/1.1 200 OK\r\n", [], .failure(.badType)),
        RESPCase("type without a line", "\r\n", [], .failure(.badType)),
        RESPCase("garbage after a value", "+OK\r\nOK\r\n", [.simple("OK")], .failure(.badType)),
        RESPCase("line feed alone", "+OK\n", [], .failure(.badLine)),
        RESPCase("line feed as the first byte of a line", ":\n", [], .failure(.badLine)),
        RESPCase("carriage return in a line", "+a\rb\r\n", [], .failure(.badLine)),
        RESPCase("integer without digits", ":\r\n", [], .failure(.badLine)),
        RESPCase("integer with a sign only", ":-\r\n", [], .failure(.badLine)),
        RESPCase("integer with letters", ":12a\r\n", [], .failure(.badLine)),
        RESPCase("integer with a space", ": 1\r\n", [], .failure(.badLine)),
        RESPCase("integer beyond 64 bits", ":9223372036854775808\r\n", [], .failure(.badLine)),
        RESPCase("integer below 64 bits", ":-9223372036854775809\r\n", [], .failure(.badLine)),
        RESPCase("integer with a leading zero", ":01\r\n", [], .failure(.badLine)),
        RESPCase("length with a leading zero", "$01\r\na\r\n", [], .failure(.badLength)),
        RESPCase("length with a sign", "$+1\r\na\r\n", [], .failure(.badLength)),
        RESPCase("negative zero as a length", "$-0\r\n\r\n", [], .failure(.badLength)),
        RESPCase("length without digits", "$\r\n", [], .failure(.badLength)),
        RESPCase("length below -1", "$-2\r\n", [], .failure(.badLength)),
        RESPCase("count below -1", "*-2\r\n", [], .failure(.badLength)),
        RESPCase("negative count of a map", "%-1\r\n", [], .failure(.badLength)),
        RESPCase("negative length of a bulk error", "!-1\r\n", [], .failure(.badLength)),
        RESPCase("length beyond 64 bits", "$18446744073709551617\r\n", [], .failure(.badLength)),
        RESPCase("largest length", "$9223372036854775807\r\n", [], .failure(.bulkTooLarge)),
        RESPCase("bulk of 1 MiB and a byte", "$1048577\r\n", [], .failure(.bulkTooLarge)),
        RESPCase("bulk longer than its length", "$2\r\nabc\r\n", [], .failure(.badBulk)),
        RESPCase("bulk with a wrong end", "$2\r\nab\rc", [], .failure(.badBulk)),
        RESPCase("bulk with half an end", "$2\r\nab\r"),
        RESPCase("verbatim without format", "=2\r\nab\r\n", [], .failure(.badBulk)),
        RESPCase("verbatim without colon", "=5\r\ntxt.a\r\n", [], .failure(.badBulk)),
        RESPCase("boolean with another letter", "#x\r\n", [], .failure(.badLine)),
        RESPCase("boolean with two letters", "#tt\r\n", [], .failure(.badLine)),
        RESPCase("null with a value", "_0\r\n", [], .failure(.badLine)),
        RESPCase("hexadecimal double", ",0x1p4\r\n", [], .failure(.badLine)),
        RESPCase("double in words", ",infinity\r\n", [], .failure(.badLine)),
        RESPCase("double without digits", ",\r\n", [], .failure(.badLine)),
        RESPCase("big number with letters", "(12f\r\n", [], .failure(.badLine)),
        RESPCase("streamed string", "$?\r\n;4\r\nHell\r\n;0\r\n", [], .failure(.badLength)),
        RESPCase("streamed array", "*?\r\n:1\r\n.\r\n", [], .failure(.badLength)),
        RESPCase("depth 33", String(repeating: "*1\r\n", count: 33), [], .failure(.tooDeep)),
        RESPCase("depth 33 by attributes", String(repeating: "|1\r\n", count: 33), [], .failure(.tooDeep)),
        RESPCase("many attributes without elements", String(repeating: "|0\r\n", count: 100_000)),
        RESPCase("too many elements at once", "*65537\r\n", [], .failure(.tooManyElements)),
        RESPCase("too many pairs", "%32769\r\n", [], .failure(.tooManyElements)),
        RESPCase("largest count", "%9223372036854775807\r\n", [], .failure(.tooManyElements)),
        RESPCase(
            "too many elements in two arrays of one",
            "*2\r\n*40000\r\n" + String(repeating: ":1\r\n", count: 40_000) + "*40000\r\n", [],
            .failure(.tooManyElements)),
        RESPCase("too many elements below another", "*40000\r\n*40000\r\n", [], .failure(.tooManyElements)),
        RESPCase("all elements that there may be", "*65536\r\n:1\r\n"),
        RESPCase("line without end", "+" + String(repeating: "a", count: 65_538), [], .failure(.lineTooLong)),
        RESPCase(
            "longest line", "+" + String(repeating: "a", count: 65_536) + "\r\n",
            [
                .simple(String(repeating: "a", count: 65_536))
            ]),
        RESPCase("nothing", ""),
        RESPCase("half a length", "$1"),
        RESPCase("half an array", "*2\r\n+a\r\n"),
        RESPCase("zero byte", bytes: [0], [], .failure(.badType)),
        RESPCase("bytes that are not UTF-8", bytes: [0x2B, 0xFF, 0x0D, 0x0A], [.simple("\u{FFFD}")]),
    ]
}
