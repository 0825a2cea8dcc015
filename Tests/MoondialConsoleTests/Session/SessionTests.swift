// SPDX-License-Identifier: MIT

import MoondialRules
import TemporaryFolders
import Testing

@testable import MoondialConsole

@Suite("Session", .timeLimit(.minutes(10)))
struct SessionTests {
    private let fixture = SessionFixture()

    @Test func expressionShowsItsValues() async throws {
        let record = try await fixture.type("1 + 1", "1, nil, \"x\" -- a comment", "print \"printed\"", "nil")
        #expect(record.results == "2\n1\nnil\n\"x\"\nprinted\nnil\n")
        #expect(record.end == .done)
    }

    @Test func globalsStayAndStatementsShowNothing() async throws {
        let record = try await fixture.type("x = 40", "x = x + 2", "for i = 1, 2 do x = x + i end", "x", "return x, 1")
        #expect(record.results == "45\n45\n1\n")
    }

    @Test func earlierResultsCanBeUsed() async throws {
        let record = try await fixture.type("\"a\"", "\"b\"", "nil", "\"c\"", "_1 .. _2 .. _3", "_ .. _1")
        #expect(record.resultLines.suffix(2) == ["\"cba\"", "\"cbacba\""])
    }

    @Test func allValuesOfABlockAreKept() async throws {
        let record = try await fixture.type(
            "0", "1, 2, 3", "_, _1, _2, _3, _4", "nil, \"message\"", "_1, _2", "nil", "_2", "_9")
        #expect(
            record.resultLines == [
                "0", "1", "2", "3", "1", "1", "2", "3", "0", "nil", "\"message\"", "nil", "\"message\"",
                "nil", "\"message\"", "3",
            ])
    }

    @Test func blockHasNoArguments() async throws {
        let record = try await fixture.type(
            "return ...", "...", "(...)", "select(\"#\", ...)", "(function(...) return ... end)(7)")
        #expect(record.results == "nil\n0\n7\n")
    }

    @Test func labelIsNotReadAsACommand() async throws {
        let record = try await fixture.type("::a:: print(1)", " ::b:: print(2)", " :sim")
        #expect(record.results == "1\n2\nmagic\n")
    }

    @Test func showPrintsLikeThePrompt() async throws {
        let record = try await fixture.type(
            "for i = 1, 2 do show({ i, n = \"x\" }, nil) end", "show = 5", "show",
            "rule \"r\" { pre_check = function() pcall(_G.show) return deny \"r\" end }")
        #expect(record.results == "{ 1, n = \"x\" }\nnil\n{ 2, n = \"x\" }\nnil\n5\n")
    }

    @Test func linesAreCountedAcrossBlocks() async throws {
        let record = try await fixture.type(
            (1...300).map { "x = \($0)" } + [
                "function f()\n  local function g()\n    error(\"deep\")\n  end\n  g()\nend", "f()", "f", "y = (\n",
                "goto x ::x:: error \"jumped\"",
            ])
        #expect(record.notes.contains("error[rule_error]: deep\n   --> stdin:303\n    |\n303 |     error(\"deep\")\n"))
        #expect(record.notes.contains("stdin:303: in local 'g'\n        stdin:305: in function 'f'\n"))
        #expect(record.results == "--[[ function stdin:301 ]]\n")
        #expect(record.notes.contains(" --> stdin:310\n"))
        #expect(record.notes.contains("error[rule_error]: jumped\n   --> stdin:311\n"))
    }

    @Test func errorIsShownAndKept() async throws {
        let record = try await fixture.type("error({ code = 7 })", "_error", "error \"text\"", "_error")
        #expect(record.resultLines == ["{ code = 7 }", "\"stdin:3: text\""])
        #expect(record.notes.contains("error[rule_error]: text\n --> stdin:3\n  |\n3 | error \"text\"\n"))
    }

    @Test func useOfALocalOfAnEarlierBlockIsExplained() async throws {
        let record = try await fixture.type("local secret <const>, other = 1, 2", "other", "thing")
        #expect(record.notes.contains("fix: locals end with the line; write other = … without local"))
        #expect(record.notes.contains("undefined global 'thing'\n"))
    }

    @Test(
        "incomplete blocks need more lines",
        arguments: [
            ("f(", true), ("function f()", true), ("x =", true), ("{ 1,", true), ("[[ long", true), ("1 +", true),
            ("f()", false), ("x = 1", false), (")", false), ("\"open", false), ("if x then", true), ("", false),
            ("x y", false), ("rule \"a\" {", true),
        ])
    func isIncomplete(text: String, expected: Bool) async throws {
        let probe = Probe()
        var fixture = fixture
        fixture.beforeBlock = { _, session in probe.set(session.scripts.isIncomplete(text)) }
        _ = try await fixture.type("1")
        #expect(probe.value == expected)
    }

    @Test func ruleIsAddedAndReplaced() async throws {
        let record = try await fixture.type(
            "rule \"nines\" {\n  pre_check = function(req) return deny \"a\" end,\n}",
            "verify(\"13800138000\", \"sim:\").reason",
            "rule \"nines\" { pre_check = function(req) return deny \"b\" end }",
            "verify(\"13800138000\", \"sim:\").reason")
        #expect(record.notes.contains("rule 'nines' added: pre_check\n"))
        #expect(record.notes.contains("rule 'nines' replaced: stdin:5, was stdin:1\n"))
        #expect(record.results == "\"a\"\n\"b\"\n")
    }

    @Test func onlySomeRunsOfABlockAreDrawn() async throws {
        let record = try await fixture.type("for i = 1, 10 do verify(\"13800138000\", \"sim:\") end", ":flow 9")
        #expect(record.notes.split(separator: "\n").count { $0.hasPrefix("trace ") } == 4)
        #expect(record.notes.contains("7 more runs, see :flow\n"))
    }

    @Test func sessionPrintsNoSecrets() async throws {
        let token = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"
        let record = try await fixture.type(
            "d = verify(\"13912345678\", \"\(token)\")", "{ \"\(token)\", 13912345678, \"call 13912345678\" }",
            "error(\"about \(token) and 13912345678\")",
            "rule \"r\" { pre_check = function(req) error(req.token .. req.phone) end }",
            "verify(\"13912345678\", \"\(token)\").decision")
        for text in [record.results, record.notes] {
            #expect(!text.contains(token))
            #expect(!text.contains("13912345678"))
        }
        #expect(record.resultLines.first == "{ \"<token>\", \"139****5678\", \"call 139****5678\" }")
    }

    @Test func showPhonesSettingShowsPhones() async throws {
        var fixture = fixture
        fixture.run.showPhones = true
        #expect(try await fixture.type("\"13912345678\"").results == "\"13912345678\"\n")
    }

    @Test func backgroundRunShowsItsEnd() async throws {
        var fixture = fixture
        fixture.isInteractive = false
        let record = try await fixture.type(
            "moondial.spawn(function(a, b) return a + b, verify(\"13800138000\", \"sim:delay=5ms\").verdict end, 1, 2)",
            "\"at once\"")
        #expect(record.results == "1\n\"at once\"\n3\n\"match\"\n")
        #expect(record.notes == "[1] done:\n")
    }

    @Test func errorInTheBackgroundIsShown() async throws {
        var fixture = fixture
        fixture.isInteractive = false
        fixture.setup = { $0.keepsGoing = true }
        let record = try await fixture.type("moondial.spawn(function() nosuch() end)")
        #expect(record.notes.hasPrefix("[1] failed:\nerror[rule_error]: undefined global 'nosuch'\n --> stdin:1\n"))
    }

    @Test("a background run can be stopped", arguments: [true, false])
    func stop(isInteractive: Bool) async throws {
        var fixture = fixture
        fixture.isInteractive = isInteractive
        fixture.setup = { $0.keepsGoing = true }
        let spawn = "moondial.spawn(function() return moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=60s\") end)"
        let record = try await fixture.type(":stop", spawn, spawn, spawn, ":stop 2", ":stop 2", ":stop")
        let notes = record.notes.split(separator: "\n").filter { $0.contains("stop") || $0.contains("background") }
        #expect(
            notes == [
                "error[usage]: nothing runs in the background", "[2] stopped",
                "error[usage]: :stop: one of these numbers expected: 1, 3", "[1] stopped", "[3] stopped",
            ])
    }

    @Test(
        "a misspelt field is suggested",
        arguments: [
            ("t.nmae.x", "name"), ("t.nmae()", "name"), ("1 + t.nmae", "name"), ("t:pya()", "pay"),
            ("t.inner.depht.x", "depth"), ("t.zzz()", nil), ("t.name.x.y", nil), ("f().nmae()", nil),
            ("local u = { name = 1 } u.nmae()", nil),
        ] as [(String, String?)])
    func misspeltField(block: String, meant: String?) async throws {
        let record = try await fixture.type(
            "t = setmetatable({ name = 1, pay = print, inner = { depth = 1 } }, { __index = function() end })",
            "f = function() return t end", block)
        #expect(record.notes.contains("error[rule_error]"))
        #expect(record.notes.contains("did you mean") == (meant != nil))
        if let meant { #expect(record.notes.contains("  = fix: did you mean '\(meant)'?\n")) }
    }

    @Test(arguments: [
        ("verify('138****8000', 'sim:')", "the number is masked: put yours"),
        ("verify('13800138000', '<token>')", "the token is masked: put yours"),
        ("moondial.attempt('h5', '13800138000', '<secret>')", "the token is masked: put yours"),
        ("pcall(verify, '86138****8000', 'sim:')", "the number is masked: put yours"),
    ])
    func maskedTextIsNotSent(block: String, message: String) async throws {
        let record = try await SessionFixture().type(block)
        #expect((record.notes + record.results).contains(message))
        #expect(!record.notes.contains("attempt 1"))
    }

    @Test(arguments: ["\n", "\r\n"]) func replayEndsAtACallWhoseTextWasMasked(lineEnd: String) async throws {
        let lines = ["sim> 1 + 1", "sim> verify(\"138****8000\", \"<token>\").decision", "sim> 'later'", ""]
        let folder = try TemporaryFolder(["t.txt": lines.joined(separator: lineEnd)])
        let record = try await SessionFixture().type(":replay \(folder.path)/t.txt", "'next'")
        #expect(record.resultLines == ["2", "\"next\""])
        #expect(record.notes.contains("replay stopped: the transcript holds a mask"))
    }
}

/// Takes a value out of a closure that runs elsewhere.
final class Probe: @unchecked Sendable {
    // Written before the test waits for the end, and read after it.
    private(set) var value: Bool?

    func set(_ value: Bool) { self.value = value }
}

@Suite("Syntax errors at the prompt", .timeLimit(.minutes(10)))
struct SyntaxErrorTests {
    @Test(
        "syntax error advises what to write in Lua",
        arguments: [
            ("1 != 2", "  |   ^^\n  = fix: write ~= for 'is not equal'"),
            ("x += 1", "  |   ^^\n  = fix: write x = x + …"),
            ("print（1）", "  |      ^^\n  = fix: type ( in place of （ (U+FF08); type ) in place of ） (U+FF09)"),
            ("变量 = 3", " | ^^^^\n  = fix: names have the letters A to Z"),
            ("1\u{A0}+ 1", "type a plain space in place of the no-break space (U+00A0)"),
            ("x = \"a\" \"b\"", "write .. between texts to join them"),
            ("print 5", "a call needs parentheses: print(5)"),
            ("1 + + 2", "  |     ^\n"), ("rules", ":rules is a command: type it with its colon"),
            ("load rules.lua", ":load is a command: type it with its colon"),
            ("x = 1 = 2", "  |       ^\n"),
        ])
    func advice(block: String, shown: String) async throws {
        let record = try await SessionFixture().type("y = 1\ny = 2", block)
        #expect(record.notes.contains(shown), "\(record.notes)")
        #expect(record.notes.contains("stdin:3"))
    }
}
