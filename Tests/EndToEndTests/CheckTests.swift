// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("check", .timeLimit(.minutes(10)))
struct CheckTests {
    private static let misspelt = """
        -- 号码
        rule "r" {
        \tpre_check = function(req) if req.phnoe == "号" then return deny "x" end end,
        }
        """

    @Test func findingIsShownWithLineColumnAndCarets() async throws {
        let outcome = try await Executable.run(
            ["check", "--static", "r.lua"], in: TemporaryFolder(["r.lua": Self.misspelt]))
        #expect(outcome.status == 1)
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                error[unknown-field]: req has no field 'phnoe'; did you mean 'req.phone'?
                 --> r.lua:3:35
                  |
                3 |  pre_check = function(req) if req.phnoe == "号" then return deny "x" end end,
                  |                                   ^^^^^

                1 file checked: 1 error.

                """)
    }

    @Test(arguments: [
        ("local 中 = 1", "near 中 (U+4E2D)", "names have the letters A to Z"),
        ("print（1）", "near （ (U+FF08)", "type ( in place of （ (U+FF08)"),
        ("x != 1", "near '!'", "write ~= for 'is not equal'"),
    ])
    func syntaxErrorsHaveTheAdviceThatRunGives(text: String, message: String, fix: String) async throws {
        let folder = try TemporaryFolder(["r.lua": text])
        let (checked, ran) = (
            try await Executable.run(["check", "r.lua"], in: folder),
            try await Executable.run(["run", "r.lua"], in: folder)
        )
        for shown in [checked.output, ran.errors] {
            #expect(shown.contains(message) && shown.contains(fix), "\(shown)")
        }
    }

    @Test func filesWithoutFindingsExitWithStatusZero() async throws {
        let folder = try TemporaryFolder([
            "rules/a.lua": "local m = require 'lib.m'\nrule 'a' { route = m }",
            "rules/lib/m.lua": "return function() return 'h5' end", "rules/a_test.lua": "nonsense(",
        ])
        let outcome = try await Executable.run(["check", "--static", "rules"], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output == "2 files checked: nothing found.\n")
    }

    @Test func exitStatusTellsErrorsWarningsAndFilesThatDoNotLoad() async throws {
        let folder = try TemporaryFolder([
            "warning.lua": "local x = 1\nrule 'r' { route = function() end }", "broken.lua": "x = = 1",
            "wrong.lua": "rule 'r' { route = 5 }", "global.lua": "limit = 5\nrule 'r' { route = function() end }",
        ])
        for (arguments, status) in [
            (["warning.lua"], 0), (["warning.lua", "--static", "--strict"], 1), (["broken.lua"], 65),
            (["wrong.lua"], 65),
            (["global.lua"], 65), (["missing.lua"], 66), ([], 64), (["broken.lua", "--format", "x"], 64),
        ] as [([String], Int32)] {
            #expect(try await Executable.run(["check"] + arguments, in: folder).status == status, "\(arguments)")
        }
        let outcome = try await Executable.run(["check", "wrong.lua", "--format", "short"], in: folder)
        #expect(
            outcome.output
                == "wrong.lua:1:12: error: route of rule 'r': function expected, got number [does-not-load]\n"
                + "1 file checked: 1 error.\n")
    }

    @Test func withoutArgumentsConfiguredRulesAreChecked() async throws {
        let folder = try TemporaryFolder([
            "moondial.yaml": "rules: rules\nconfig:\n  limit: 5\n",
            "rules/a.lua": "local n = moondial.config.limit + 1\nrule 'a' { route = function() print(n) end }",
        ])
        let outcome = try await Executable.run(["check", "--static"], in: folder)
        #expect(outcome.output == "1 file checked: nothing found.\n")
    }

    @Test func findingsArePrintedAsJSONSARIFAndGitHubCommands() async throws {
        let folder = try TemporaryFolder(["a b.lua": Self.misspelt])
        let json = try await Executable.run(["check", "--static", "a b.lua", "--format", "json"], in: folder)
        #expect(
            json.output == """
                {"files":1,"errors":1,"warnings":0,"notes":0,"findings":[{"code":"unknown-field","severity":"error",\
                "message":"req has no field 'phnoe'; did you mean 'req.phone'?","file":"a b.lua","line":3,"column":35,\
                "end_line":3,"end_column":40}]}

                """)
        let sarif = try await Executable.run(["check", "--static", "a b.lua", "--format", "sarif"], in: folder)
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any])
        #expect(root["version"] as? String == "2.1.0")
        let run = try #require((root["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "unknown-field")
        #expect(sarif.output.contains(#""uri":"a%20b.lua""#))
        let github = try await Executable.run(["check", "--static", "a b.lua", "--format", "github"], in: folder)
        #expect(
            github.output == "::error file=a b.lua,line=3,col=35,endLine=3,endColumn=40,title=unknown-field::"
                + "req has no field 'phnoe'; did you mean 'req.phone'?\n")
    }

    // MARK: - Exploring

    private static let loose = "rule 'loose' {\n  map_result = { match = allow 'ok', default = allow 'x' },\n}\n"

    @Test func rulesAreExploredUnlessStatic() async throws {
        let folder = try TemporaryFolder(["loose.lua": "local unused = 1\n" + Self.loose])
        let outcome = try await Executable.run(["check", "loose.lua"], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.hasPrefix("warning[unused-local]"))
        #expect(
            outcome.output.contains(
                """
                error[allow-without-match]: allow without a match by 'loose'
                 --> loose.lua:2:1
                  |
                2 | rule 'loose' {
                  | ^^^^^^^^^^^^^^
                  = fix: look at `attempt.verdict == "match"` before you answer allow
                  test "allow without a match by 'loose'" {
                    request = { phone = "13800138000" },
                    replies = { 9002 },
                """), "\(outcome.output)")
        #expect(
            outcome.output.hasSuffix("\n1 file checked, 3888 paths explored: 1 error, 2 warnings, 1 note.\n"),
            "\(outcome.output)")
        let json = try await Executable.run(["check", "loose.lua", "--format", "json"], in: folder)
        #expect(try json.json["paths"] as? Int == 3888)
        let findings = try #require(try json.json["findings"] as? [[String: Any]])
        #expect(findings.contains { ($0["test"] as? String)?.contains("replies = { 9002 }") ?? false })
        let github = try await Executable.run(["check", "loose.lua", "--format", "github"], in: folder)
        #expect(github.output.contains("::error file=loose.lua,line=2,"))
        let quiet = try await Executable.run(["check", "loose.lua", "--static"], in: folder)
        #expect(quiet.status == 0 && quiet.output.hasSuffix("\n1 file checked: 1 warning.\n"))
    }

    @Test func findingsOfExplorationPointToTheirHook() async throws {
        let rules = "rule 'r' {\n\n  route = function() error 'x' end,\n}\n"
        let folder = try TemporaryFolder(["r.lua": rules])
        let outcome = try await Executable.run(["check", "r.lua", "--format", "short"], in: folder)
        #expect(
            outcome.output.hasPrefix("r.lua:3:3: error: route of rule 'r' fails: x [hook-fails]\n"), "\(outcome.output)"
        )
    }

    @Test func ignoreCommentsSuppressFindingsOfExploration() async throws {
        let rules = """
            -- moondial: ignore silent-trouble alarms come from the decision log
            rule "r" {
              route = function() error "x" end, -- moondial: ignore hook-fails tried here
              map_result = { match = allow "ok", default = review "sms" },
            }
            rule "never" {
              -- moondial: ignore never-asked
              map_result = { match = allow "ok" },
            }
            """
        let folder = try TemporaryFolder(["r.lua": rules])
        let outcome = try await Executable.run(["check", "r.lua", "--format", "short"], in: folder)
        #expect(!outcome.output.contains("[silent-trouble]") && !outcome.output.contains("[hook-fails]"))
        #expect(outcome.output.contains("does not say why it ignores never-asked [ignore-without-reason]"))
        #expect(!outcome.output.contains("ignore-unknown-code"), "\(outcome.output)")
    }

    @Test func modulesScriptsAndTestFilesAreCheckedWithoutExploration() async throws {
        let folder = try TemporaryFolder([
            "module.lua": "return { f = function() return 1 end }",
            "script.lua": "print(verify('13800138000', 'x').decision)", "rules.lua": Self.loose,
            "rules_test.lua": """
            local count = 1
            test "a" { request = {}, replies = { 9000 }, expect = { billed = count } }
            test.skip("b", function(t) t:reply(9003) verify("13800138000", "a") end)
            """,
            "wrong_test.lua": "tset 'a' {}\ntest.onyl 'b' {}\nlocal test = 1",
        ])
        for file in ["module.lua", "script.lua", "rules_test.lua"] {
            let outcome = try await Executable.run(["check", file, "--strict"], in: folder)
            #expect(outcome.status == 0)
            #expect(outcome.output == "1 file checked: nothing found.\n", "\(file): \(outcome.output)")
        }
        let wrong = try await Executable.run(["check", "wrong_test.lua", "--format", "short"], in: folder)
        #expect(wrong.status == 1)
        for part in ["undefined global 'tset'; did you mean 'test'?", "did you mean 'test.only'?", "[shadowed-word]"] {
            #expect(wrong.output.contains(part), "\(wrong.output)")
        }
        // `test` is defined in test files only.
        _ = try folder.write("test 'a' {}", to: "none.lua")
        let none = try await Executable.run(["check", "none.lua", "--format", "short"], in: folder)
        #expect(none.output.contains("undefined global 'test'"))
    }

    @Test func explainDescribesCodesOfFindings() async throws {
        let outcome = try await Executable.run(["explain", "waiting-call"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("waits for the network where Lua cannot wait"))
        let all = try await Executable.run(["explain"]).output
        #expect(all.contains("What moondial check finds"))
    }

    @Test func controlCharactersOfAFileAreNotPrinted() async throws {
        let folder = try TemporaryFolder([
            "r.lua": "rule 'r' { route = function(req) return req['\u{1B}[31m'] end } \u{1B}"
        ])
        for format in ["pretty", "short", "github"] {
            let outcome = try await Executable.run(["check", "r.lua", "--format", format], in: folder)
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }
}
