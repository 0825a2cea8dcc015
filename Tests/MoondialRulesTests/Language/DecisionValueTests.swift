// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import Testing

/// `allow`, `deny` and `review` as values: no other function makes them, and they cannot be changed.
@Suite struct DecisionValueTests {
    private func evaluate(_ text: String) async throws -> ScriptReport {
        try await EngineHarness().script(text)
    }

    @Test(arguments: [
        ("tostring(allow)", "allow"), ("tostring(deny 'x')", "deny \"x\""),
        ("tostring(review('x', { a = 1 }))", "review \"x\""),
        ("deny.decision", "deny"), ("deny.reason", "nil"), ("(deny 'x').reason", "x"), ("next(deny.fields)", "nil"),
        ("(deny('x', { a = 1 })).fields.a", "1"), ("deny(nil, { a = 1 }).fields.a", "1"), ("type(deny)", "userdata"),
        ("deny == deny", "true"), ("deny == review", "false"), ("getmetatable(deny)", "false"),
        ("tostring(deny())", "deny"),
    ])
    func decisionValuesCanBeRead(expression: String, result: String) async throws {
        let report = try await evaluate("return \(expression)")
        #expect(report.failure == nil)
        #expect(report.results == [result])
    }

    @Test(arguments: [
        ("deny.decision = 'allow'", "cannot assign field 'decision': a decision is read-only"),
        ("deny.fields = {}", "cannot assign field 'fields': a decision is read-only"),
        ("deny.new = 1", "cannot assign field 'new': a decision is read-only"),
        ("rawset(deny, 'decision', 'allow')", "bad argument #1 to 'rawset' (table expected, got decision)"),
        ("setmetatable(deny, {})", "bad argument #1 to 'setmetatable' (table expected, got decision)"),
        ("local x = deny.outcome", "decision has no field 'outcome'"),
        ("local x = deny.reson", "decision has no field 'reson'; did you mean 'decision.reason'?"),
        ("deny 'x' 'y'", "this deny has its reason already"),
        ("deny(nil, { a = 1 })('x')", "this deny has its reason already"),
        ("deny(7)", "bad argument #1 to 'deny' (string expected, got number)"),
        ("deny('x', 7)", "bad argument #2 to 'deny' (table expected, got number)"),
        (
            "deny('x', { reason = 'y' })",
            "bad argument #2 to 'deny' (the field 'reason' is in every decision, choose another name)"
        ),
        (
            "deny('x', { trace_id = 'y' })",
            "bad argument #2 to 'deny' (the field 'trace_id' is in every decision, choose another name)"
        ),
        (
            "deny('x', { [1.5] = 'y' })",
            "bad argument #2 to 'deny' (a table has the key a fraction, which is no string)"
        ),
        ("deny('x', { a = { 1, b = 2 } })", "bad argument #2 to 'deny' (a list has the key 'b' besides)"),
    ])
    func decisionValuesCannotBeChanged(text: String, message: String) async throws {
        let report = try await evaluate("\n" + text)
        #expect(report.failure?.message == message)
        #expect(report.failure?.site?.line == 2)
    }

    @Test func fieldsOfADecisionAreCopied() async throws {
        let harness = EngineHarness(
            """
            local given = { list = { 1 }, text = "a" }
            local decision = deny("why", given)
            given.list[1], given.text, given.more = 2, "b", true
            decision.fields.list[1] = 3
            decision.fields.text = "c"
            rule "r" { map_result = function() return decision end }
            """)
        let fields = try await harness.verify().result.decision.fields
        #expect(fields == ["list": [1], "text": "a"])
    }

    @Test func fieldsOfADecisionKeepTheirTypes() async throws {
        let harness = EngineHarness(
            """
            rule "r" {
              map_result = { match = allow("ok", {
                integer = 117270465679982593, double = 1.5, whole = 12.0, text = "x", yes = true, null = moondial.json.null,
                list = {}, empty = moondial.json.array {}, nested = { a = { b = { 1 } } },
              }) },
            }
            """)
        let fields = try await harness.verify().result.decision.fields
        #expect(
            fields == [
                "double": 1.5, "empty": [], "integer": .integer(117_270_465_679_982_593), "list": [:],
                "nested": ["a": ["b": [1]]], "null": .null, "text": "x", "whole": 12, "yes": true,
            ])
    }

    @Test(arguments: [
        "{ decision = 'allow' }", "setmetatable({ decision = 'allow' }, { __name = 'decision' })",
        "setmetatable({}, { __index = allow })", "'allow'", "true", "coroutine.create(print)", "moondial.json.null",
        "moondial.json.decode('{\"decision\":\"allow\"}')", "verify", "allow.fields",
    ])
    func otherValuesAreNoDecision(value: String) async throws {
        let harness = EngineHarness("rule 'forged' { map_result = function() return \(value) end }")
        let run = try await harness.verify()
        #expect(run.decisionText == "review rule_error")
        let loading = try await EngineHarness("rule 'forged' { map_result = { match = \(value) } }").loadingFailure()
        #expect(loading?.code == .ruleDefinition)
        #expect(
            loading?.message.hasPrefix("map_result entry 'match' of rule 'forged': allow, deny or review expected")
                == true)
    }

    @Test func resultOfVerifyIsNoDecisionValue() async throws {
        let report = try await EngineHarness().script(
            """
            local d = verify("13800138000", "t")
            rule "forged" { pre_check = function() return d end }
            local again = verify("13800138000", "t")
            return again.decision, again.reason
            """)
        #expect(report.results == ["review", "rule_error"])
    }
}
