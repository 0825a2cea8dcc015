// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// `print`, and the tools in `moondial`.
@Suite struct ToolTests {
    private func evaluate(_ text: String, config: JSONObject = JSONObject()) async throws -> ScriptReport {
        var harness = EngineHarness()
        harness.config = config
        return try await harness.script(text)
    }

    // MARK: - json

    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "117270465679982593", "1.5",
        "1e+300", #""""#, #""text""#, #""\u0000é\n""#, "[]", "{}", "[[],{}]", "[1,null,3]", "[null]",
        #"{"a":{"b":[1,2.5,"x",null,true]}}"#, #"{"1":"a","2":"b"}"#, #"{"a":[],"b":{},"c":null}"#,
        String(repeating: "[", count: 60) + String(repeating: "]", count: 60),
    ])
    func jsonIsUnchangedByDecodeAndEncode(text: String) async throws {
        let report = try await evaluate("return moondial.json.encode(moondial.json.decode(...))", [text])
        #expect(report.failure == nil)
        let result = try JSONValue.parse(Array((report.printed.first ?? "").utf8))
        #expect(result == (try JSONValue.parse(Array(text.utf8))))
    }

    private func evaluate(_ text: String, _ arguments: [String]) async throws -> ScriptReport {
        try await EngineHarness().script(text.replacing("return", with: "print(") + ")", arguments: arguments)
    }

    @Test(arguments: [
        ("nil", "null"), ("moondial.json.null", "null"), ("{}", "{}"), ("moondial.json.array {}", "[]"),
        ("{ 1, 2 }", "[1,2]"), ("{ b = 1, a = 2, A = 3 }", #"{"A":3,"a":2,"b":1}"#), ("1.0", "1"), ("24 / 2", "12"),
        ("-3.0", "-3"),
        ("1.5", "1.5"), ("2^53", "9007199254740992"), ("2^54", "1.8014398509481984e+16"), ("-0.0", "0"),
        ("math.mininteger", "-9223372036854775808"), ("'\\0\\127'", "\"\\u0000\\u007f\""),
        ("moondial.config", #"{"list":[],"map":{"n":1}}"#), ("moondial.config.list", "[]"),
    ])
    func encodeWritesLuaValuesAsJSON(value: String, json: String) async throws {
        let report = try await evaluate(
            "print(moondial.json.encode(\(value)))", config: ["map": ["n": 1], "list": []])
        #expect(report.failure == nil)
        #expect(report.printed == [json])
    }

    @Test(
        arguments: [
            ("", "value expected"), ("0/0", "the number nan has no JSON form"),
            ("1/0", "the number inf has no JSON form"),
            ("print", "a function has no JSON form"), ("allow", "a userdata has no JSON form"),
            ("coroutine.create(print)", "a thread has no JSON form"), ("'\\xff'", "a string is not UTF-8"),
            ("{ ['\\xff'] = 1 }", "a string is not UTF-8"), ("{ 1, x = 2 }", "a list has the key 'x' besides"),
            ("{ [0] = 1 }", "a table has the key 0, which is no string"),
            ("{ [{}] = 1 }", "a table has the key a table, which is no string"),
            ("moondial.json.array { x = 1 }", "a list has the key 'x' besides"),
            ("setmetatable({}, { __index = function(t) return t end })", nil),
        ] as [(String, String?)])
    func encodingAValueWithoutJSONFormIsAnError(value: String, problem: String?) async throws {
        let report = try await evaluate("\nreturn moondial.json.encode(\(value))")
        #expect(report.failure?.message == problem.map { "bad argument #1 to 'moondial.json.encode' (\($0))" })
    }

    @Test(arguments: [
        ("{}", "bad argument #1 to 'moondial.json.decode' (string expected, got table)"),
        ("nil", "bad argument #1 to 'moondial.json.decode' (string expected, got nil)"),
    ])
    func decodeTakesText(value: String, message: String) async throws {
        #expect(try await evaluate("moondial.json.decode(\(value))").failure?.message == message)
    }

    @Test func decodeOfBadJSONReturnsNilAndAnError() async throws {
        let report = try await evaluate(
            "local v, e = moondial.json.decode('{,}'); return v, e.kind, e.message, e.retryable")
        #expect(
            report.results == [
                "nil", "bad_json", "expected a key in double quotes or '}' at line 1, column 2", "false",
            ])
    }

    @Test func jsonNullIsAValueOfItsOwn() async throws {
        let report = try await evaluate(
            """
            local value = moondial.json.decode '{"a":null}'
            return value.a == moondial.json.null, value.a == nil, value.a and "true" or "false", value.b
            """)
        #expect(report.results == ["true", "false", "true", "nil"])
    }

    // MARK: - hash

    /// FIPS 180-4 and RFC 4231.
    @Test(arguments: [
        ("''", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("'abc'", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("'what do ya want for nothing?', 'Jefe'", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("('\\xdd'):rep(50), ('\\xaa'):rep(20)", "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ("'\\xff\\0'", "ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f"),
    ])
    func hashesAgreeWithTheStandards(arguments: String, digest: String) async throws {
        #expect(try await evaluate("return moondial.hash(\(arguments))").results == [digest])
    }

    @Test(arguments: [
        ("", "bad argument #1 to 'moondial.hash' (string expected, got nil)"),
        ("13800138000", "bad argument #1 to 'moondial.hash' (string expected, got number)"),
        ("'x', 7", "bad argument #2 to 'moondial.hash' (string expected, got number)"),
    ])
    func hashOfNonTextIsAnError(arguments: String, message: String) async throws {
        #expect(try await evaluate("moondial.hash(\(arguments))").failure?.message == message)
    }

    // MARK: - now, config, print

    @Test func nowIsTheInjectedClockInSeconds() async throws {
        #expect(try await evaluate("return moondial.now()").results == ["1700000000.123"])
    }

    @Test func configIsReadOnlyAtEveryDepth() async throws {
        let report = try await evaluate(
            """
            local config = moondial.config
            print(config.name, #config.list, config.list[2], config.map.deep.flag, config.none)
            for _, item in ipairs(config.list) do print(item) end
            for _, change in ipairs {
              function() config.name = "x" end, function() config.map.deep.flag = false end,
              function() config.list[1] = 9 end, function() table.insert(config.list, 9) end,
              function() moondial.config = {} end, function() rawset(config.map, "x", 1) end,
            } do print((pcall(change))) end
            """, config: ["name": "n", "list": ["a", "b"], "map": ["deep": ["flag": true]]])
        #expect(report.failure == nil)
        #expect(
            report.printed == ["n\t2\tb\ttrue\tnil", "a", "b"] + Array(repeating: "false", count: 6))
    }

    @Test func printWritesTheTostringOfValues() async throws {
        let report = try await evaluate(
            """
            print()
            print(nil, 1, 1.5, "a\\0b", setmetatable({}, { __tostring = function() return "custom" end }))
            """)
        #expect(report.printed == ["", "nil\t1\t1.5\ta\0b\tcustom"])
    }

    @Test func printKeepsBytesThatAreNotUTF8() async throws {
        let bytes: [UInt8] = try await EngineHarness().onLoop { outer, record, promise in
            var settings = outer.settings
            settings.print = { promise.succeed($0) }
            let loop = promise.futureResult.eventLoop
            let client = VerificationClient(
                transport: record.transport, host: "simulator", credentials: .documentedExample, eventLoop: loop)
            let scripts = try ScriptHost(rules: .none, settings: settings, attempts: client, eventLoop: loop)
            scripts.run(RuleSource(name: .label("bytes"), text: Array(#"print "\xff\0\n\xc3\xa9""#.utf8))) { _ in
                withExtendedLifetime(scripts) {}
            }
        }
        #expect(bytes == [0xFF, 0, 0x0A, 0xC3, 0xA9])
    }
}
