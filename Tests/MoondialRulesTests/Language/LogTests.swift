// SPDX-License-Identifier: MIT

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

    @Test func aRuleThatLogsIsNamedAndRedacted() async throws {
        let report = try await EngineHarness(Self.rules).report(token: "STsid-secret-13711112222")
        let line = try #require(report.logged.first)
        #expect(line.message == "phone 138****8000, token <token>, friend 139****2222")
        #expect(
            line.fields == [
                "861****2222": 1, "nested": [["token": "<token>"]], "number": "139****2222", "order": "1234567890123",
                "phone": "138****8000",
            ])
        #expect(line.rule == "talks")
        #expect(line.hook == .preCheck)
        #expect(line.site?.description == "rules.lua:3")
        #expect(line.traceID == report.runs[0].result.traceID)
        let event = try #require(report.runs[0].trace.events.first { $0.kind == .log })
        #expect(event.rule == "talks")
        #expect(event.detail["message"] == .string(line.message))
        #expect(event.detail["fields"] == .object(line.fields))
    }

    @Test func phonesAreShownWhereTheOperatorSaysSoAndTokensNever() async throws {
        var harness = EngineHarness(Self.rules)
        harness.run.showPhones = true
        let report = try await harness.report(token: "STsid-secret")
        #expect(report.logged.map(\.message) == ["phone 13800138000, token <token>, friend 13911112222"])
    }

    @Test func aLineOfAScriptHasNoRule() async throws {
        let report = try await EngineHarness().script(
            "\nmoondial.log('to 13800138000, +8613800138000, 1380013800 and 138001380001', { phone = '13800138000' })")
        let line = try #require(report.logged.first)
        #expect(line.message == "to 138****8000, +861****8000, 1380013800 and 138001380001")
        #expect(line.fields == ["phone": "138****8000"])
        #expect(line.rule == nil)
        #expect(line.hook == nil)
        #expect(line.traceID == nil)
        #expect(line.site?.description == "script.lua:2")
    }

    @Test func aLineIsOneLine() async throws {
        let report = try await EngineHarness().script(#"moondial.log("a\nb\27[0m\xff")"#)
        #expect(report.logged.map(\.message) == [#"a\nb\u{1B}[0m\xFF"#])
    }

    @Test func concurrentFunctionsOfAHookSpeakForIt() async throws {
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

    @Test(arguments: [
        ("", "bad argument #1 to 'moondial.log' (string expected, got nil)"),
        ("{}", "bad argument #1 to 'moondial.log' (string expected, got table)"),
        ("'x', 'y'", "bad argument #2 to 'moondial.log' (table expected, got string)"),
        ("'x', { 1 }", "bad argument #2 to 'moondial.log' (named fields expected, got a list)"),
        ("'x', { f = print }", "bad argument #2 to 'moondial.log' (a function has no JSON form)"),
    ])
    func aWrongLineIsAnError(arguments: String, message: String) async throws {
        let report = try await EngineHarness().script("moondial.log(\(arguments))")
        #expect(report.failure?.message == message)
        #expect(report.logged.isEmpty)
    }
}
