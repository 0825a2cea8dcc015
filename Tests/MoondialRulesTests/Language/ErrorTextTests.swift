// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import Testing

/// Errors of the outside, such as of the network or of JSON, are tables that can be used like texts.
@Suite struct ErrorTextTests {
    private static let text = "expected a key in double quotes or '}' at line 1, column 2"

    @Test(arguments: [
        ("tostring(e)", text), ("'bad: ' .. e", "bad: " + text), ("e .. '!'", text + "!"), ("e .. e", text + text),
        ("1 .. e", "1" + text), ("('%s|'):format(e)", text + "|"), ("e.message", text), ("e.kind", "bad_json"),
        ("e.retryable", "false"), ("type(e)", "table"), ("select(2, pcall(error, e)) == e", "true"),
        ("select(2, pcall(assert, nil, e)) == e", "true"), ("tostring(select(2, pcall(assert, nil, e)))", text),
    ])
    func errorTableCanBeUsedAsText(expression: String, result: String) async throws {
        let report = try await EngineHarness().script(
            "local _, e = moondial.json.decode '{,}' print(e) return \(expression)")
        #expect(report.failure == nil)
        #expect(report.results == [result])
        #expect(report.printed == [Self.text])
    }

    @Test(arguments: [
        ("assert(moondial.json.decode '{,}')", text), ("error(e)", text), ("error('config: ' .. e)", "config: " + text),
        ("error { message = e }", text), ("error { message = e, at = 7 }", text + " (at = 7)"),
        ("error { message = 'outer', cause = e }", "outer (cause = \(text))"),
        ("error()", "error object is a nil value"), ("error(nil)", "error object is a nil value"),
        ("moondial.all { function() error(e) end }", text),
        ("moondial.all { function() error() end }", "error object is a nil value"),
        ("return 'x' .. e .. nil", "attempt to concatenate a nil value"),
        ("return {} .. e", "attempt to concatenate a table value"),
    ])
    func raisedErrorTableIsReportedByItsText(statement: String, message: String) async throws {
        let setup = "local _, e = moondial.json.decode '{,}'\n"
        let failure = try #require(try await EngineHarness().script(setup + statement).failure)
        #expect(failure.message == message)
        let run = try await EngineHarness("\(setup)rule 'r' { pre_check = function()\n\(statement) end }").verify()
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.message == "rule 'r', pre_check: \(message)")
    }

    @Test func errorOfAnAttemptCanBeUsedAsText() async throws {
        let text = """
            local e = verify("13800138000", "sim:http=503").attempts[1].error
            return tostring(e) == e.message, ("" .. e) == e.message, e.kind, pcall(function() return e.raeson end)
            """
        let report = try await EngineHarness().script(text)
        #expect(report.results.prefix(3) == ["true", "true", "http_status"])
        #expect(report.results.last?.hasSuffix("error has no field 'raeson'") == true)
    }

    @Test func raisedObjectIsReportedByItsTostring() async throws {
        let rules = """
            rule "raises" {
              pre_check = function()
                error(setmetatable({}, { __tostring = function() return "quota of tenant used up" end }))
              end,
            }
            """
        let run = try await EngineHarness(rules).verify()
        #expect(run.failures.first?.message == "rule 'raises', pre_check: quota of tenant used up")
        #expect(run.failures.first?.site?.line == 3)
    }

    @Test func textOfARaisedErrorIsRedacted() async throws {
        let rules = """
            rule "raises" { pre_check = function(req) error { message = "no " .. req.phone, token = req.token } end }
            """
        let run = try await EngineHarness(rules).verify(token: "STsid-very-secret-token")
        let message = try #require(run.failures.first?.message)
        #expect(!message.contains("13800138000") && !message.contains("secret"))
        #expect(message.contains("no 138****8000"))
    }
}
