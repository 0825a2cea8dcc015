// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import Testing

/// Scripts: arguments, results, errors, and rules of their own.
@Suite struct ScriptTests {
    @Test func scriptGetsItsArguments() async throws {
        let report = try await EngineHarness().script(
            "return arg[0], #arg, arg[1], select('#', ...), select(2, ...)", arguments: ["one", "zwei ✓"])
        #expect(report.results == ["script.lua", "2", "one", "2", "zwei ✓"])
    }

    @Test func rulesOfAScriptAreAddedToLoadedOnes() async throws {
        let report = try await EngineHarness(
            "rule 'loaded' { pre_check = function(req) if req.exid == 'a' then return deny 'loaded' end end }"
        ).script(
            """
            rule "own" { map_result = { match = review "own" } }
            return verify("13800138000", "t", "a").reason, verify("13800138000", "t", "b").reason
            """)
        #expect(report.results == ["loaded", "own"])
    }

    @Test func rulesOfAScriptStayForTheNextScript() async throws {
        let reports = try await EngineHarness().scripts([
            "rule 'r' { map_result = { match = review 'first' } }", "return verify('13800138000', 't').reason",
        ])
        #expect(reports[1].results == ["first"])
    }

    @Test func globalsOfAScriptStayForTheNextScript() async throws {
        let reports = try await EngineHarness().scripts([
            "counter = 1; function add() counter = counter + 1 end",
            "add(); return counter, _G.counter, rawget(_G, 'counter'), rawget(_G, 'other')",
            "_G.counter = nil; return counter",
        ])
        #expect(reports[1].results == ["2", "2", "2", "nil"])
        #expect(reports[2].failure?.message == "undefined global 'counter'")
    }

    @Test func shebangLineOfAScriptIsSkipped() async throws {
        let report = try await EngineHarness().script("#!/usr/bin/env moondial run\nerror 'here'")
        #expect(report.failure?.site?.line == 2)
        #expect(report.failure?.sourceLine == "error 'here'")
    }

    @Test(arguments: [
        ("verify(", DiagnosticCode.ruleSyntax, "unexpected symbol near <eof>", 1),
        ("local x =\n= 1", .ruleSyntax, "unexpected symbol near '='", 2),
        ("\nerror 'boom'", .ruleError, "boom", 2),
        ("\nerror('13800138000 failed')", .ruleError, "138****8000 failed", 2),
        ("error { }", .ruleError, "error object is a table value", 1),
        ("\n\nrule 'x'", .ruleDefinition, "rule 'x' has no hooks", 3),
        ("\nrule 'x' { hook = print }", .ruleDefinition, "rule 'x' has no hook 'hook'", 2),
        ("local t = {}; t.t = t; return t", .ruleLimit, "tables are nested too deep", 0),
    ])
    func errorOfAScriptHasACodeAndAPlace(text: String, code: DiagnosticCode, message: String, line: Int) async throws {
        let failure = try #require(try await EngineHarness().script(text).failure)
        #expect(failure.code == code)
        #expect(failure.message == message)
        #expect(failure.site?.line ?? 0 == line)
    }

    @Test func caughtDefinitionErrorDoesNotFailTheScript() async throws {
        let reports = try await EngineHarness().scripts([
            "return pcall(function() rule 'x' { hook = print } end)", "rule 'y' { map_result = { match = deny } }",
            "pcall(rule, 1); error 'other'",
        ])
        #expect(reports[0].failure == nil)
        #expect(reports[0].results == ["false", "script.lua:1: rule 'x' has no hook 'hook'"])
        #expect(reports[1].failure == nil)
        #expect(reports[2].failure?.message == "other")
        #expect(reports[2].failure?.code == .ruleError)
    }

    @Test func errorOfOneScriptDoesNotAffectTheNext() async throws {
        let reports = try await EngineHarness().scripts([
            "rule 'x' (error 'boom')", "rule 'y' { map_result = { match = deny } }",
        ])
        #expect(reports[0].failure?.message == "boom")
        #expect(reports[1].failure == nil)
    }

    @Test func resultOfVerifyHasAllFields() async throws {
        let report = try await EngineHarness("rule 'm' { map_result = { match = allow('ok', { extra = { 1 } }) } }")
            .script(
                """
                local d = verify("13800138000", "sim:id=117270465679982593,exid=null", "order-1")
                print(d.decision, d.reason, d.rule, d.verdict, d.code, d.content, d.id, d.exid, d.endpoint, #d.attempts)
                print(d.extra[1], math.type(d.elapsed_ms), #d.trace_id, d.trace_id:match "^%x+$" == d.trace_id)
                local a = d.attempts[1]
                print(a.endpoint, a.verdict, a.code, a.content, a.id, a.exid, a.http_status, a.error, a.delivered,
                  a.billed)
                d.note = "a script may add to it"
                return d.trace_id
                """, arguments: [])
        #expect(report.failure == nil)
        #expect(
            report.printed == [
                "allow\tok\tm\tmatch\t9000\tverify consistent\t117270465679982593\torder-1\tmobile\t1",
                "1\tfloat\t16\ttrue",
                "mobile\tmatch\t9000\tverify consistent\t117270465679982593\tnil\t200\tnil\tyes\ttrue",
            ])
        #expect(report.results == report.runs.map(\.result.traceID.description))
    }

    @Test func resultOfAttemptHasErrorAndDelivery() async throws {
        let report = try await EngineHarness().script(
            """
            local a = moondial.attempt("h5", "13800138000", "sim:reset=after", "order-1")
            print(a.endpoint, a.verdict, a.code, a.error.kind, a.error.retryable, a.delivered, a.billed)
            local b = moondial.attempt("mobile", "13800009001", "t")
            print(b.endpoint, b.verdict, b.code, b.error, b.delivered, b.billed)
            """)
        #expect(
            report.printed == [
                "h5\tunknown\tnil\treset\tfalse\tmaybe\tmaybe", "mobile\tmismatch\t9001\tnil\tyes\ttrue",
            ])
    }

    @Test(arguments: [
        ("verify()", "bad argument #1 to 'verify' (string expected, got nil)"),
        ("verify(13800138000, 't')", "bad argument #1 to 'verify' (string expected, got number)"),
        ("verify({}, 't')", "bad argument #1 to 'verify' (string expected, got table)"),
        ("verify('1')", "bad argument #2 to 'verify' (string expected, got nil)"),
        ("verify('1', 't', 7)", "bad argument #3 to 'verify' (string expected, got number)"),
        ("verify('', 't')", "bad argument #1 to 'verify' (phone is empty)"),
        ("verify('1', '')", "bad argument #2 to 'verify' (token is empty)"),
        ("verify('1', 't', '')", "bad argument #3 to 'verify' (exID is empty; leave it out instead)"),
        ("verify('1\\n', 't')", "bad argument #1 to 'verify' (phone holds the invisible character U+000A; remove it)"),
        ("verify('\\xff', 't')", "bad argument #1 to 'verify' (the string is not UTF-8)"),
        ("verify('1', 't', nil, 7)", "bad argument #4 to 'verify' (table expected, got number)"),
        ("verify('1', 't', nil, { 1 })", "bad argument #4 to 'verify' (named fields expected, got a list)"),
        (
            "verify('1', 't', nil, { chanel = 'web' })",
            "bad argument #4 to 'verify' (unknown option 'chanel'; did you mean 'channel'?)"
        ),
        (
            "verify('1', 't', nil, { channel = 'wap' })",
            "bad argument #4 to 'verify' (channel: \"native\" or \"web\" expected, got \"wap\")"
        ),
        (
            "verify('1', 't', nil, { operator = 1 })",
            "bad argument #4 to 'verify' (operator: \"CM\" or \"CU\" or \"CT\" expected, got 1)"
        ),
        ("verify('1', 't', nil, { ip = {} })", "bad argument #4 to 'verify' (ip: a string expected, got an object)"),
        (
            "verify('1', 't', nil, { timeout_ms = 0 })",
            "bad argument #4 to 'verify' (timeout_ms: a whole number of milliseconds from 1 to 86400000 expected, "
                + "got 0)"
        ),
        (
            "verify('1', 't', nil, { timeout_ms = 1.5 })",
            "bad argument #4 to 'verify' (timeout_ms: a whole number of milliseconds from 1 to 86400000 expected, "
                + "got a fraction)"
        ),
        (
            "verify('1', 't', nil, { token_age_ms = -1 })",
            "bad argument #4 to 'verify' (token_age_ms: a whole number of milliseconds from 0 to 86400000 expected, "
                + "got -1)"
        ),
        (
            "verify('1', 't', nil, { context = 'x' })",
            "bad argument #4 to 'verify' (context: an object expected, got \"x\")"
        ),
        (
            "verify('1', 't', nil, { context = { f = print } })",
            "bad argument #4 to 'verify' (a function has no JSON form)"
        ),
        (
            "verify('1', 't', nil, { context = { n = 1/0 } })",
            "bad argument #4 to 'verify' (the number inf has no JSON form)"
        ),
        ("local c = {} c.c = c verify('1', 't', nil, c)", "bad argument #4 to 'verify' (tables are nested too deep)"),
        ("moondial.attempt()", "bad argument #1 to 'moondial.attempt' (\"mobile\" or \"h5\" expected, got nil)"),
        (
            "moondial.attempt('web', '1', 't')",
            "bad argument #1 to 'moondial.attempt' (\"mobile\" or \"h5\" expected, got \"web\")"
        ),
        (
            "moondial.attempt('13800138000', 't')",
            "bad argument #1 to 'moondial.attempt' (\"mobile\" or \"h5\" expected, got a string)"
        ),
        ("moondial.attempt('h5', 1, 't')", "bad argument #2 to 'moondial.attempt' (string expected, got number)"),
        (
            "moondial.attempt('h5', '1', 'a b')",
            "bad argument #3 to 'moondial.attempt' (token holds whitespace (U+0020); "
                + "a '+' was probably decoded as a space on the way, so percent-encode it in forms and query strings)"
        ),
        (
            "moondial.attempt('h5', '1', 't', nil, { even = true })",
            "bad argument #5 to 'moondial.attempt' (unknown option 'even')"
        ),
        (
            "moondial.attempt('h5', '1', 't', nil, { even_if_delivered = 1 })",
            "bad argument #5 to 'moondial.attempt' (even_if_delivered: true or false expected)"
        ),
    ])
    func wrongArgumentIsRefusedBeforeAnythingIsSent(call: String, message: String) async throws {
        let (report, sent): (ScriptReport, Int) = try await EngineHarness.inScript("\n" + call) { script, promise in
            script.onEnd = { promise.succeed(($0, script.transport.sent)) }
        }
        #expect(report.failure?.message == message)
        #expect(report.failure?.site?.line == 2)
        #expect(sent == 0)
    }

    @Test func optionsOfVerifyReachTheRules() async throws {
        let report = try await EngineHarness(
            """
            rule "o" {
              pre_check = function(r)
                local context = r.context
                print(r.channel, r.ip, r.operator, r.token_age_ms, context.tags[2], context.none)
              end,
            }
            """
        ).script(
            """
            local d = verify("13800138000", "t", nil, {
              channel = "web", ip = "192.0.2.1", operator = "CU", token_age_ms = 0, timeout_ms = moondial.json.null,
              context = { tags = { "a", "b" }, none = moondial.json.null },
            })
            return d.endpoint
            """)
        #expect(report.printed == ["web\t192.0.2.1\tCU\t0\tb\tnil"])
        #expect(report.results == ["h5"])
    }
}
