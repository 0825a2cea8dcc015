// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import Testing

/// Rule files that do not load, and their error messages.
@Suite struct BadRuleFileTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let code: DiagnosticCode
        let message: String
        let line: Int
        var subject: String?

        init(_ text: String, _ code: DiagnosticCode, _ message: String, line: Int, subject: String? = nil) {
            self.text = text
            self.code = code
            self.message = message
            self.line = line
            self.subject = subject
        }

        var testDescription: String { text }
    }

    static let syntax: [Case] = [
        Case(
            "rule 'x' {\n  pre_check = function(req)\n}", .ruleSyntax, "unexpected symbol near '}'", line: 3,
            subject: "}"),
        Case(
            "rule 'x' {\n  pre_check = function(req) end\n  route = nil\n}", .ruleSyntax,
            "'}' expected (to close '{' at line 1) near 'route'", line: 3, subject: "route"),
        Case("rule 'x", .ruleSyntax, "unfinished string near <eof>", line: 1),
        Case("goto nowhere", .ruleSyntax, "no visible label 'nowhere' for <goto> at line 1", line: 1),
        Case("\u{1B}Lua", .ruleSyntax, "attempt to load a binary chunk (mode is 't')", line: 0),
        Case("return = 1", .ruleSyntax, "unexpected symbol near '='", line: 1, subject: "="),
    ]

    static let running: [Case] = [
        Case("\nerror 'boom'", .ruleError, "boom", line: 2),
        Case("error { 'boom' }", .ruleError, "error object is a table value: \"boom\"", line: 1),
        Case(
            "local function f() local x = nil + 1 end\nf()", .ruleError, "attempt to perform arithmetic on a nil value",
            line: 1),
        Case(
            "\nverify('13800138000', 't')", .ruleError,
            "verify cannot be called while rules load; call it in a hook or in a script", line: 2, subject: nil),
        Case(
            "moondial.attempt('h5', '1', 't')", .ruleError,
            "moondial.attempt cannot be called while rules load; call it in a hook or in a script", line: 1),
        Case(
            "moondial.all { function() end }", .ruleError,
            "moondial.all cannot be called while rules load; call it in a hook or in a script", line: 1),
        Case(
            "coroutine.wrap(function()\n  verify('1', 't')\nend)()", .ruleError,
            "verify cannot be called while rules load; call it in a hook or in a script", line: 2),
        Case("coroutine.yield()", .ruleError, "attempt to yield from outside a coroutine", line: 1),
        Case("\nrequire 'nothing'", .ruleFile, "module 'nothing' not found: there is no folder to look in", line: 2),
        Case("rul 'x' {}", .ruleError, "undefined global 'rul'; did you mean 'rule'?", line: 1, subject: "rul"),
        Case(
            "rule 'x' {\n  map_result = { match = alow },\n}", .ruleError,
            "undefined global 'alow'; did you mean 'allow'?", line: 2, subject: "alow"),
    ]

    static let definitions: [Case] = [
        Case("\nrule 'x'", .ruleDefinition, "rule 'x' has no hooks", line: 2),
        Case("rule 'x'\nrule 'y' { pre_check = print }", .ruleDefinition, "rule 'x' has no hooks", line: 1),
        Case("rule 'x' {}", .ruleDefinition, "rule 'x' has no hooks", line: 1),
        Case("rule(7)", .ruleDefinition, "bad argument #1 to 'rule' (string expected, got number)", line: 1),
        Case("rule {}", .ruleDefinition, "bad argument #1 to 'rule' (string expected, got table)", line: 1),
        Case("rule ''", .ruleDefinition, "a rule needs a name: rule \"name\" { … }", line: 1),
        Case("rule 'x' (7)", .ruleDefinition, "rule 'x': table of hooks expected, got number", line: 1),
        Case("rule 'x' (function() end)", .ruleDefinition, "rule 'x': table of hooks expected, got function", line: 1),
        Case(
            "rule 'x' { function() end }", .ruleDefinition,
            "rule 'x' holds a value without a name; write hook = function(req) … end", line: 1),
        Case(
            "rule 'x' {\n  route = print,\n  pre_chek = function(req)\n  end,\n}", .ruleDefinition,
            "rule 'x' has no hook 'pre_chek'; did you mean 'pre_check'?", line: 3, subject: "pre_chek"),
        Case(
            "rule 'x' { onDecision = function() end }", .ruleDefinition,
            "rule 'x' has no hook 'onDecision'; did you mean 'on_decision'?", line: 1, subject: "onDecision"),
        Case(
            "rule 'x' { timeout = 5 }", .ruleDefinition, "rule 'x' has no hook 'timeout'", line: 1, subject: "timeout"),
        Case("rule 'x' { [true] = print }", .ruleDefinition, "rule 'x' has no hook true", line: 1),
        Case(
            "rule 'x' { pre_check = deny }", .ruleDefinition, "pre_check of rule 'x': function expected, got userdata",
            line: 1, subject: "pre_check"),
        Case(
            "rule 'x' { route = 'h5' }", .ruleDefinition, "route of rule 'x': function expected, got string", line: 1,
            subject: "route"),
        Case(
            "rule 'x' { on_decision = {} }", .ruleDefinition, "on_decision of rule 'x': function expected, got table",
            line: 1, subject: "on_decision"),
        Case(
            "rule 'x' { map_result = allow }", .ruleDefinition,
            "map_result of rule 'x': function or table expected, got userdata", line: 1, subject: "map_result"),
        Case(
            "rule 'x' { map_result = {} }", .ruleDefinition, "map_result of rule 'x' is empty", line: 1,
            subject: "map_result"),
        Case(
            "rule 'x' { map_result = { allow } }", .ruleDefinition,
            "map_result of rule 'x' holds a value without a key; write match = allow or [9002] = review", line: 1,
            subject: "map_result"),
        Case(
            "rule 'x' { map_result = { mach = allow } }", .ruleDefinition,
            "map_result of rule 'x' has no entry 'mach'; did you mean 'match'?", line: 1, subject: "mach"),
        Case(
            "rule 'x' { map_result = { ['9002'] = allow } }", .ruleDefinition,
            "map_result of rule 'x': codes are numbers; write [9002] instead of ['9002']", line: 1, subject: "9002"),
        Case(
            "rule 'x' { map_result = { [9002.5] = allow } }", .ruleDefinition,
            "map_result of rule 'x': a fraction is not a provider code, a verdict or default", line: 1),
        Case(
            "rule 'x' { map_result = { [12] = allow } }", .ruleDefinition,
            "map_result of rule 'x': 12 is not a provider code, a verdict or default", line: 1),
        Case(
            "rule 'x' { map_result = { [allow] = allow } }", .ruleDefinition,
            "map_result of rule 'x': allow is not a provider code, a verdict or default", line: 1),
        Case(
            "rule 'x' { map_result = { match = 'allow' } }", .ruleDefinition,
            "map_result entry 'match' of rule 'x': allow, deny or review expected, got \"allow\"; "
                + "write it without quotes", line: 1, subject: "match"),
        Case(
            "rule 'x' { map_result = { [9002] = function() end } }", .ruleDefinition,
            "map_result entry '9002' of rule 'x': allow, deny or review expected, got a function", line: 1,
            subject: "9002"),
        Case(
            "rule 'x' { map_result = { default = true } }", .ruleDefinition,
            "map_result entry 'default' of rule 'x': allow, deny or review expected, got true", line: 1,
            subject: "default"),
        Case(
            "pcall(function()\n  rule 'x' { pre_chek = print }\nend)", .ruleDefinition,
            "rule 'x' has no hook 'pre_chek'; did you mean 'pre_check'?", line: 2, subject: "pre_chek"),
        Case("pcall(rule, 'x')", .ruleDefinition, "rule 'x' has no hooks", line: 1),
        Case(
            "local ok, e = pcall(rule, 7)\nerror('so: ' .. e)", .ruleDefinition,
            "bad argument #1 to 'rule' (string expected, got number)", line: 1),
    ]

    @Test(arguments: syntax + running + definitions)
    func badRuleFileIsRefusedWithCodeMessageAndLine(_ bad: Case) async throws {
        let diagnostic = try #require(try await EngineHarness(bad.text).loadingFailure())
        #expect(diagnostic.code == bad.code)
        #expect(diagnostic.message == bad.message)
        #expect(diagnostic.site?.line ?? 0 == bad.line)
        #expect(diagnostic.site == nil || diagnostic.site?.source.description == "rules.lua")
        if let subject = bad.subject {
            #expect(diagnostic.subject == subject)
            #expect(diagnostic.sourceLine?.contains(subject) == true)
        }
        if bad.line > 0 {
            #expect(
                diagnostic.sourceLine
                    == bad.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[bad.line - 1])
        }
    }

    @Test func errorInTheSecondFileNamesTheSecondFile() async throws {
        var harness = EngineHarness()
        harness.rules = [("a.lua", "rule 'a' { pre_check = print }"), ("b.lua", "\nrule 'b' { x = print }")]
        #expect(try await harness.loadingFailure()?.description == "rule_definition: b.lua:2: rule 'b' has no hook 'x'")
    }

    @Test func loadingErrorHasATraceback() async throws {
        let failure = try await EngineHarness(
            "local function inner() error 'boom' end\nlocal function outer() inner() end\nouter()"
        ).loadingFailure()
        #expect(
            failure?.traceback.map(\.description) == [
                "[standard library]: in function 'error'", "rules.lua:1: in upvalue 'inner'",
                "rules.lua:2: in local 'outer'",
                "rules.lua:3: in main chunk",
            ])
    }

    @Test func verifyWhileLoadingSendsNothing() async throws {
        let sent: Int = try await EngineHarness(
            "print(pcall(verify, '1', 't'), pcall(moondial.attempt, 'h5', '1', 't'), pcall(moondial.all, { print }))"
        ).onLoop { _, record, promise in
            #expect(
                record.report.printed == [
                    "false\tfalse\tfalse\trules.lua:1: moondial.all cannot be called while rules load; "
                        + "call it in a hook or in a script"
                ])
            promise.succeed(record.transport.sent)
        }
        #expect(sent == 0)
    }
}
