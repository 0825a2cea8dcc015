// SPDX-License-Identifier: MIT

import MoondialPresentation
import Testing

@testable import MoondialConsole

@Suite("Values", .timeLimit(.minutes(10)))
struct ValuePrinterTests {
    @Test(
        "a value is shown as one line of Lua",
        arguments: [
            ("1", "1"), ("1.0", "1.0"), ("-0.0", "-0.0"), ("1e300", "1e+300"), ("math.huge", "math.huge"),
            ("-math.huge", "-math.huge"), ("0/0", "0/0"), ("math.mininteger", "math.mininteger"), ("nil", "nil"),
            ("true", "true"), ("\"a\\\"b\\\\c\\n\\t\\0\\xFF\"", "\"a\\\"b\\\\c\\n\\t\\x00\\xFF\""),
            ("\"\\u{200B}日本\"", "\"\\u{200B}日本\""), ("{}", "{}"), ("{ 1, nil, 3 }", "{ 1, nil, 3 }"),
            (
                "{ b = 1, a = 2, [10] = 3, [1.5] = 4, [true] = 5, [\"end\"] = 6 }",
                "{ [1.5] = 4, [10] = 3, a = 2, b = 1, [\"end\"] = 6, [true] = 5 }"
            ),
            ("moondial.json.null", "moondial.json.null"), ("moondial.json.array {}", "moondial.json.array {}"),
            ("allow", "allow"), ("deny \"why\"", "deny \"why\""),
            ("review(\"w\", { n = 1 })", "review(\"w\", { n = 1 })"),
            ("string.format", "string.format"), ("verify", "verify"), ("function() end", "--[[ function stdin:1 ]]"),
            ("{ f = function() end }", "{ f = --[[ function stdin:1 ]] nil }"),
            ("coroutine.create(print)", "--[[ thread ]]"),
            (
                "setmetatable({ 1 }, { __index = function() error \"ran\" end, __pairs = error })",
                "--[[ with a metatable ]] { 1 }"
            ),
            ("setmetatable({ 1 }, { __name = \"Account\" })", "--[[ Account ]] { 1 }"),
            ("{ setmetatable({}, {}) }", "{ --[[ with a metatable ]] {} }"),
            ("{ { { { { 1 } } } } }", "{ { { { { --[[ … 1 more ]] } } } } }"),
        ])
    func shown(expression: String, expected: String) async throws {
        var fixture = SessionFixture(width: 100)
        fixture.isInteractive = true
        #expect(try await fixture.type(expression).results == expected + "\n")
    }

    @Test(
        "records are shown as a table",
        arguments: [
            (
                "{ { name = \"x\", n = 1 }, { name = \"号码\", n = 22 }, { name = \"\" } }",
                "   n   name\n1  1   x\n2  22  号码\n3      \"\"\n"
            ),
            // Different records, or few fields, are shown as they are.
            ("{ { a = 1 }, { a = 2 } }", "{ { a = 1 }, { a = 2 } }\n"),
            ("{ { a = 1, b = 2 } }", "{ { a = 1, b = 2 } }\n"),
            ("{ { a = 1, b = 2 }, { c = 1, d = 2 }, 3 }", "{ { a = 1, b = 2 }, { c = 1, d = 2 }, 3 }\n"),
            (
                "{ { a = 1, b = 2 }, { c = 1, d = 2 }, { e = 1, f = 2 } }",
                "{ { a = 1, b = 2 }, { c = 1, d = 2 }, { e = 1, f = 2 } }\n"
            ),
            (
                "{ { a = \"1\", b = {} }, { a = 1, b = { 1, x = 2 } } }",
                "   a    b\n1  \"1\"  {}\n2  1    { 1, x = 2 }\n"
            ),
        ])
    func records(expression: String, expected: String) async throws {
        #expect(try await SessionFixture(width: 100).type(expression).results == expected)
    }

    @Test func tableOfRecordsFitsTheWindow() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = {} for i = 1, 3 do t[i] = { text = (\"long \"):rep(60), a = i, b = (\"x\"):rep(90), c = i } end", "t")
        #expect(record.resultLines.count == 4)
        #expect(record.resultLines.allSatisfy { DisplayText.width($0) <= 100 })
        // Output for programs is Lua, not a table for people.
        var fixture = SessionFixture(width: 100)
        fixture.isInteractive = false
        let plain = try await fixture.type("{ { a = 1, b = 2 }, { a = 3, b = 4 } }")
        #expect(plain.results == "{ { a = 1, b = 2 }, { a = 3, b = 4 } }\n")
    }

    @Test func decisionsAreShownAsATable() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = {} for i, c in ipairs { 9000, 9001 } do t[i] = verify(\"13800138000\", \"sim:code=\" .. c) end", "t")
        #expect(
            record.results == """
                   decision  reason    rule     verdict   code  endpoint
                1  allow     match     default  match     9000  mobile
                2  deny      mismatch  default  mismatch  9001  mobile
                --[[ … content, id, attempts, elapsed_ms, trace_id, see :full ]]

                """)
    }

    @Test func shownValueCanBeReadAsLua() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = { 1, { x = \"y\\n\" }, f = print, g = function() end, [3.5] = { 0/0 }, list = { 1, 2, 3 } }", "t")
        let again = try await SessionFixture(width: 100).type(record.results)
        #expect(again.results.contains("f = print"))
        #expect(again.end == .done)
    }

    @Test func cyclicTableIsShownWithReferences() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = { name = \"t\" } t.child = { up = t, deep = { t } } t.me = t", "t")
        #expect(
            record.results == """
                {
                  child = {
                    deep = { --[[ the table 3 levels out ]] nil },
                    up = --[[ the table 2 levels out ]] nil,
                  },
                  me = --[[ this table ]] nil,
                  name = "t",
                }

                """)
    }

    @Test func largeValuesAreCut() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = {} for i = 1, 280 do t[i] = i end", ":set items 3", "t", "(\"x\"):rep(1000)", ":full #_")
        try #require(record.resultLines.count > 2)
        #expect(record.resultLines[0] == "{ 1, 2, 3, --[[ … 277 more ]] }")
        #expect(record.resultLines[1].hasSuffix("x\" --[[ … 600 more bytes ]]"))
        #expect(record.resultLines[2] == "1000")
    }

    @Test func hugeTableIsShownWithoutBeingCopied() async throws {
        let record = try await SessionFixture(width: 100).type(
            "t = {} for i = 1, 200000 do t[\"k\" .. i] = { i } end", ":set items 1", "t")
        #expect(record.results.hasSuffix("--[[ … 199999 more ]] }\n"))
    }

    @Test func decisionIsShownInShortForm() async throws {
        let record = try await SessionFixture(width: 100).type(
            "rule \"add\" { map_result = { match = allow(\"ok\", { score = 3 }) } }",
            "verify(\"13800138000\", \"sim:\", \"e\")", ":full")
        #expect(
            record.resultLines.prefix(10).joined(separator: "\n") == """
                {
                  decision = "allow",
                  reason = "ok",
                  rule = "add",
                  verdict = "match",
                  code = 9000,
                  endpoint = "mobile",
                  score = 3,
                  --[[ … 6 more, see :full ]]
                }
                """)
        #expect(record.results.contains("trace_id = "))
    }
}
