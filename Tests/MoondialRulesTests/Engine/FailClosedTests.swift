// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialPresentation
import MoondialRules
import NumberVerification
import Testing

/// A failed hook never leads to allow.
@Suite struct FailClosedTests {
    /// A hook whose body fails or gives an invalid answer.
    struct Case: CustomTestStringConvertible, Sendable {
        let hook: String
        let body: String
        let kind: HookFailure.Kind
        /// Part of the message.
        let message: String

        init(_ hook: String, _ body: String, _ kind: HookFailure.Kind, _ message: String) {
            self.hook = hook
            self.body = body
            self.kind = kind
            self.message = message
        }

        var testDescription: String { "\(hook): \(body)" }
    }

    static let raising: [Case] = ["pre_check", "route", "fallback", "map_result", "on_decision"].flatMap { hook in
        [
            Case(hook, "error 'boom'", .raised, "boom"),
            Case(hook, "error { code = 1 }", .raised, "error object is a table value"),
            Case(hook, "error()", .raised, "error object is a nil value"),
            Case(hook, "local x = nil; return x.y", .raised, "attempt to index a nil value (local 'x')"),
            Case(hook, "return denny", .raised, "undefined global 'denny'; did you mean 'deny'?"),
            Case(hook, "counter = 1", .raised, "cannot assign the global 'counter'"),
            Case(hook, "return req.phnoe", .raised, "req has no field 'phnoe'; did you mean 'req.phone'?"),
            Case(hook, "coroutine.yield(1)", .raised, "attempt to yield from outside a coroutine"),
            Case(hook, "verify('1', 't')", .raised, "verify cannot be called in a hook"),
            Case(hook, "rule 'new' { pre_check = print }", .raised, "rule cannot be called in a hook"),
            Case(hook, "require 'x'", .raised, "require 'x' in a hook"),
            Case(
                hook, "table.sort({ 2, 1 }, function() moondial.attempt('h5', '1', 't') end)", .cannotYield,
                "moondial.attempt cannot wait inside a table.sort comparator"),
            Case(hook, "local t = {}; t.t = t; return t", .limit, "nested too deep"),
            Case(hook, "return ('x'):rep(2000000)", .limit, "too large"),
        ]
    }

    static let invalidAnswer: [Case] = [
        Case("pre_check", "return true", .invalidAnswer, "allow, deny or review expected, got true"),
        Case("pre_check", "return 'allow'", .invalidAnswer, "got \"allow\"; write it without quotes"),
        Case("pre_check", "return { decision = 'allow' }", .invalidAnswer, "got a table"),
        Case("pre_check", "return 'h5'", .invalidAnswer, "got \"h5\""),
        Case("pre_check", "return nil, 'unreachable'", .invalidAnswer, "returned nil and a string: one value expected"),
        Case("pre_check", "return allow, deny", .invalidAnswer, "returned allow and deny: one value expected"),
        Case("pre_check", "return moondial.json.null", .invalidAnswer, "got a userdata"),
        Case("pre_check", "return print", .invalidAnswer, "got a function"),
        Case(
            "pre_check", "return setmetatable({ decision = 'allow' }, { __name = 'decision' })", .invalidAnswer,
            "got a table"),
        Case("route", "return 'h6'", .invalidAnswer, "\"mobile\" or \"h5\" expected, got \"h6\"; did you mean 'h5'?"),
        Case("route", "return 'H5'", .invalidAnswer, "did you mean 'h5'?"),
        Case("route", "return req.token", .invalidAnswer, "got a string"),
        Case("route", "return allow", .invalidAnswer, "got allow"),
        Case("route", "return { endpoint = 'h5' }", .invalidAnswer, "got a table"),
        Case("fallback", "return 7", .invalidAnswer, "got 7"),
        Case("fallback", "return {}", .invalidAnswer, "got nil"),
        Case("fallback", "return { 'h5' }", .invalidAnswer, "returned a list"),
        Case(
            "fallback", "return { endpoint = 'h5', even_if_deliverd = true }", .invalidAnswer,
            "unknown field 'even_if_deliverd'; did you mean 'even_if_delivered'?"),
        Case(
            "fallback", "return { endpoint = 'h5', even_if_delivered = 'yes' }", .invalidAnswer,
            "true or false expected"),
        Case("fallback", "return { endpoint = 'h5', even_if_delivered = 1 }", .invalidAnswer, "true or false expected"),
        Case("map_result", "return 'deny'", .invalidAnswer, "got \"deny\"; write it without quotes"),
        Case("map_result", "return { match = allow }", .invalidAnswer, "got a table"),
        Case("map_result", "return attempt", .invalidAnswer, "got a table"),
        Case("on_decision", "return allow", .invalidAnswer, "on_decision returned allow, but the decision stands"),
        Case("on_decision", "return decision", .invalidAnswer, "the decision stands"),
        Case("on_decision", "return false", .invalidAnswer, "the decision stands"),
        Case("on_decision", "decision.decision = 'allow'", .raised, "'decision' is read-only"),
        Case("map_result", "attempt.verdict = 'match'", .raised, "'attempt' is read-only"),
        Case("map_result", "return allow('x', { n = 0/0 })", .raised, "bad argument #2 to 'allow' (the number nan"),
        Case("map_result", "return allow('x', { f = print })", .raised, "a function has no JSON form"),
        Case("map_result", "return allow('x', { s = '\\xff' })", .raised, "a string is not UTF-8"),
        Case("map_result", "local t = {}; t.t = t; return allow('x', t)", .raised, "nested too deep"),
        Case("map_result", "return allow('x', { 1, 2 })", .raised, "named fields expected, got a list"),
        Case("map_result", "return allow('x', { [true] = 1 })", .raised, "the key true, which is no string"),
        Case(
            "map_result", "return allow('x', { verdict = 'match' })", .raised,
            "the field 'verdict' is in every decision"),
        Case("map_result", "return allow('\\xff')", .raised, "the string is not UTF-8"),
        Case("map_result", "return allow(1)", .raised, "bad argument #1 to 'allow' (string expected, got number)"),
        Case("map_result", "return allow('x', 'y')", .raised, "table expected, got string"),
        Case("map_result", "return allow 'x' 'y'", .raised, "this allow has its reason already"),
    ]

    @Test(arguments: raising + invalidAnswer)
    func failingHookEndsInReview(_ bad: Case) async throws {
        let run = try await run(bad, outcome: .review)
        let failure = try #require(run.failures.first)
        #expect(failure.message.hasPrefix("rule 'bad', \(bad.hook): "))
        #expect(failure.message.contains(bad.message))
        #expect(failure.site?.description == "rules.lua:2")
        #expect(failure.sourceLine?.contains(bad.body) == true)
        let event = try #require(run.trace.written.first { $0.rule == "bad" && $0.kind == .hook })
        #expect(event.detail["answer"] == "failed")
        #expect(event.detail["error"]?["kind"] == .string(bad.kind.rawValue))
        #expect(event.detail["error"]?["message"]?.stringValue?.contains(bad.message) == true)
    }

    @Test(arguments: raising.filter { $0.message == "boom" } + invalidAnswer)
    func failingHookEndsInDenyIfOnErrorIsDeny(_ bad: Case) async throws {
        _ = try await run(bad, outcome: .deny)
    }

    private func run(_ bad: Case, outcome: Decision.Outcome) async throws -> FinishedRun {
        let argument = bad.hook == "on_decision" ? "decision" : "attempt"
        var harness = EngineHarness(
            """
            rule "bad" { \(bad.hook) =
              function(req, \(argument)) \(bad.body) end
            }
            rule "lenient" { map_result = { default = allow } }
            """)
        harness.run.onError = outcome == .deny ? .deny : .review
        harness.run.maxAttempts = 5
        let run = try await harness.verify(token: bad.hook == "fallback" ? "sim:code=9002" : "STsid-example")
        #expect(run.result.decision.outcome == outcome)
        #expect(run.result.decision.reason == bad.kind.reason)
        #expect(run.result.decision.rule == "bad")
        return run
    }

    @Test func denyIsKeptIfOnDecisionFails() async throws {
        let harness = EngineHarness(
            """
            rule "no" { pre_check = function() return deny "no" end }
            rule "bad" { on_decision = function() error "boom" end }
            """)
        let run = try await harness.verify()
        #expect(run.decisionText == "deny no")
        #expect(run.result.decision.rule == "no")
        #expect(run.failures.count == 1)
    }

    @Test func otherOnDecisionHooksGetTheDecisionAfterAFailure() async throws {
        let harness = EngineHarness(
            """
            rule "bad" { on_decision = function() error "boom" end }
            rule "after" { on_decision = function(req, d) print(d.decision, d.reason, d.rule) end }
            """)
        #expect(try await harness.report().printed == ["review\trule_error\tbad"])
    }

    @Test func failureHasItsPlaceAndTraceback() async throws {
        let harness = EngineHarness(
            """
            local function helper(phone)
              error("cannot judge " .. phone)
            end

            rule "calls" {
              pre_check = function(req)
                helper(req.phone)
              end,
            }
            """)
        let run = try await harness.verify(token: "STsid-secret-token")
        let failure = try #require(run.failures.first)
        #expect(failure.code == .ruleError)
        #expect(failure.message == "rule 'calls', pre_check: cannot judge 138****8000")
        #expect(failure.site?.description == "rules.lua:2")
        #expect(failure.sourceLine == "  error(\"cannot judge \" .. phone)")
        #expect(
            failure.traceback.map(\.description) == [
                "[standard library]: in function 'error'", "rules.lua:2: in upvalue 'helper'",
                "rules.lua:7: in function <rules.lua:6>",
            ])
    }

    @Test func messageOfAFailureHasNoSecrets() async throws {
        let harness = EngineHarness(
            "rule 'leak' { pre_check = function(req) error(req.token .. ' ' .. req.phone .. ' 13911112222') end }")
        let run = try await harness.verify(token: "STsid-secret-token")
        #expect(run.failures.map(\.message) == ["rule 'leak', pre_check: <token> 138****8000 139****2222"])
        #expect(!run.trace.json.description.contains("STsid-secret-token"))
        #expect(!run.trace.json.description.contains("13800138000"))
    }

    @Test func chunkNamesChosenByARuleShowNoSecrets() async throws {
        let harness = EngineHarness(
            """
            rule "leak" {
              pre_check = function(req)
                local name = req.token .. req.phone
                local f = load("local t = ... t['" .. name .. "']()", "=" .. name)
                f { [name] = load("error 'here' return 1", "@" .. name) }
              end,
            }
            """)
        let run = try await harness.verify(token: "STsid-secret-token")
        let failure = try #require(run.failures.first)
        #expect(failure.site?.description == "<token>138****8000:1")
        for text in [DiagnosticText(failure).text, "\(failure)", run.trace.json.description] {
            #expect(!text.contains("STsid-secret-token") && !text.contains("13800138000"), "\(text)")
        }
    }

    @Test func hookCannotFinishARuleDefinitionOfTheFile() async throws {
        let harness = EngineHarness(
            """
            local define = rule "x"
            define { map_result = { default = deny "first" } }
            rule "bad" { pre_check = function() define { map_result = { default = allow } } end }
            """)
        let run = try await harness.verify()
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.message.hasSuffix("rule cannot be called in a hook: the rules have loaded") == true)
    }

    @Test func failureInTheTraceHasNoSecrets() async throws {
        let harness = EngineHarness(
            """
            rule "leak" {
              pre_check = function(req)
                moondial.attempt("h5", "13911112222", "STsid-13711112222-other")
                error("STsid-13711112222-other 13711113333 " .. req.token)
              end,
            }
            """)
        let run = try await harness.verify(token: "STsid-secret-token")
        #expect(run.failures.first?.message == "rule 'leak', pre_check: <token> 137****3333 <token>")
        let event = try #require(run.trace.written.first { $0.kind == .hook })
        #expect(event.detail["error"]?["message"] == "<token> 137****3333 <token>")
    }

    @Test func hookThatFailsAfterAWaitFailsTheRun() async throws {
        let harness = EngineHarness(
            """
            rule "late" {
              pre_check = function(req)
                moondial.attempt("h5", "13911112222", "other")
                error "boom"
              end,
            }
            """)
        let run = try await harness.verify()
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.site?.line == 4)
    }
}
