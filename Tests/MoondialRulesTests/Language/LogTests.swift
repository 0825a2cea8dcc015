// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NumberVerification
import Testing

/// `moondial.log`: a line for the host and an event in the trace, without secrets.
@Suite struct LogTests {
    private static let rules = """
        rule "talks" {
          pre_check = function(req)
            moondial.log("phone " .. req.phone .. ", token " .. req.token .. ", friend 13911112222", {
              phone = req.phone, number = 13911112222, nested = { { token = req.token } }, order = "1234567890123",
              ["8613911112222"] = 1,
            })
          end,
        }
        """

    @Test func logLineOfARuleNamesTheRuleAndIsRedacted() async throws {
        let report = try await EngineHarness(Self.rules).report(token: "STsid-secret-13711112222")
        let line = try #require(report.logged.first)
        #expect(line.message == "phone 138****8000, token <token>, friend 139****2222")
        #expect(
            line.fields == [
                "86139****2222": 1, "nested": [["token": "<token>"]], "number": "139****2222", "order": "1234567890123",
                "phone": "138****8000",
            ])
        #expect(line.rule == "talks")
        #expect(line.hook == .preCheck)
        #expect(line.site?.description == "rules.lua:3")
        #expect(line.traceID == report.runs[0].result.traceID)
        let event = try #require(report.runs[0].trace.written.first { $0.kind == .log })
        #expect(event.rule == "talks")
        #expect(event.detail["message"] == .string(line.message))
        #expect(event.detail["fields"] == .object(line.fields))
    }

    @Test func credentialsInALogLineAreReplaced() async throws {
        for secret in Credentials.documentedExample.secretTexts.map({ $0.reveal() }) {
            let report = try await EngineHarness().script("moondial.log('sent Basic \(secret)!')")
            #expect(
                report.logged.map(\.message).allSatisfy {
                    ["sent Basic <secret>!", "sent Basic <secret>=!"].contains($0)
                })
        }
    }

    @Test func showPhonesShowsPhonesButNoTokens() async throws {
        var harness = EngineHarness(Self.rules)
        harness.run.showPhones = true
        let report = try await harness.report(token: "STsid-secret-token")
        #expect(report.logged.map(\.message) == ["phone 13800138000, token <token>, friend 13911112222"])
    }

    @Test func logLineOfAScriptHasNoRule() async throws {
        let report = try await EngineHarness().script(
            "\nmoondial.log('to 13800138000, +8613800138000, 1380013800 and 138001380001', { phone = '13800138000' })")
        let line = try #require(report.logged.first)
        #expect(line.message == "to 138****8000, +86138****8000, 1380013800 and 138001380001")
        #expect(line.fields == ["phone": "138****8000"])
        #expect(line.rule == nil)
        #expect(line.hook == nil)
        #expect(line.traceID == nil)
        #expect(line.site?.description == "script.lua:2")
    }

    @Test func lineBreaksInALogMessageAreEscaped() async throws {
        let report = try await EngineHarness().script(#"moondial.log("a\nb\27[0m\xff")"#)
        #expect(report.logged.map(\.message) == [#"a\nb\u{1B}[0m\xFF"#])
    }

    @Test func logLineOfAConcurrentFunctionNamesTheRuleOfItsHook() async throws {
        let harness = EngineHarness(
            """
            rule "r" {
              pre_check = function()
                moondial.all { function() moondial.attempt("h5", "13911112222", "t"); moondial.log "inside" end }
              end,
            }
            """)
        let report = try await harness.report()
        #expect(report.logged.map(\.rule) == ["r"])
        #expect(report.runs[0].story.contains("log inside"))
    }

    /// Arguments of `moondial.log`, and the message and fields that are logged.
    @Test(arguments: [
        ("", "nil", "{}"), ("nil", "nil", "{}"), ("true", "true", "{}"), ("12, 1.5, 3.0", "12 1.5 3", "{}"),
        ("'a', nil, 'b'", "a nil b", "{}"), ("'x', 'y'", "x y", "{}"), ("0/0", "nan", "{}"), ("-1/0", "-inf", "{}"),
        ("{ a = 1 }", #"{"a":1}"#, "{}"), ("{}", "{}", "{}"), ("{ 1, 2 }", "[1,2]", "{}"),
        ("'x', { 1, 'b' }", "x", #"{"1":1,"2":"b"}"#),
        ("'x', { 1, b = 2, [true] = 3 }", "x", #"{"1":1,"b":2,"true":3}"#),
        ("'x', { f = string.format }", "x", #"{"f":"<function string.format>"}"#),
        ("'x', { n = 24 / 2, z = 0/0, i = 1/0 }", "x", #"{"i":"inf","n":12,"z":"nan"}"#),
        ("'x', { c = coroutine.create(print), d = moondial.json.null }", "x", #"{"c":"<thread>","d":null}"#),
        ("coroutine.create(print)", "<thread>", "{}"), ("print", "<function print>", "{}"),
        ("moondial.json.null", "null", "{}"), ("'x', { ['\\xff'] = '\\xff\\0' }", "x", #"{"\\xFF":"\\xFF\\u{0}"}"#),
        ("deny 'why'", #"deny "why""#, "{}"),
        ("setmetatable({}, { __tostring = function() return 'own' end })", "own", "{}"),
        ("setmetatable({ a = 1 }, { __tostring = error })", #"{"a":1}"#, "{}"),
        ("select(2, moondial.json.decode '{,}')", "expected a key in double quotes or '}' at line 1, column 2", "{}"),
        ("'x', loop", "x", #"{"self":"<cycle>"}"#), ("loop", #"{"self":"<cycle>"}"#, "{}"),
    ])
    func everyValueCanBeLogged(arguments: String, message: String, fields: String) async throws {
        let setup = "local loop = {} loop.self = loop"
        let report = try await EngineHarness().script("\(setup) moondial.log(\(arguments))")
        #expect(report.failure == nil)
        #expect(report.logged.map(\.message) == [message])
        #expect(report.logged.map { JSONValue.object($0.fields).description } == [fields])
        let hook = try await EngineHarness(
            "\(setup) rule 'r' { pre_check = function() moondial.log(\(arguments)) return deny 'logged' end }"
        ).report()
        #expect(hook.runs[0].decisionText == "deny logged")
        #expect(hook.logged.map(\.message) == [message])
    }

    @Test(arguments: [
        "local t = {} for i = 1, 100 do t = { t } end", "local t = {} for i = 1, 5000 do t['k' .. i] = i end",
        "local t = {} for i = 1, 5000 do t[i] = i end", "local t = { ('x'):rep(1e6) }",
    ])
    func tooLargeValueIsCutWithAMark(setup: String) async throws {
        let report = try await EngineHarness().script("\(setup) moondial.log('x', { t = t })")
        #expect(report.failure == nil)
        let fields = JSONValue.object(try #require(report.logged.first).fields).description
        #expect(fields.utf8.count < 100_000)
        #expect(fields.contains("…"))
    }
}
