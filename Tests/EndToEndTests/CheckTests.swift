// SPDX-License-Identifier: MIT

import Foundation
import Testing

@Suite("check", .timeLimit(.minutes(10)))
struct CheckTests {
    private static let misspelt = """
        -- 号码
        rule "r" {
        \tpre_check = function(req) if req.phnoe == "号" then return deny "x" end end,
        }
        """

    @Test func showsLineColumnAndCarets() async throws {
        let outcome = try await Executable.run(["check", "r.lua"], in: TemporaryFolder(["r.lua": Self.misspelt]))
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

    @Test func carriesOnWithoutFindings() async throws {
        let folder = try TemporaryFolder([
            "rules/a.lua": "local m = require 'lib.m'\nrule 'a' { route = m }",
            "rules/lib/m.lua": "return function() return 'h5' end", "rules/a_test.lua": "nonsense(",
        ])
        let outcome = try await Executable.run(["check", "rules"], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output == "2 files checked: nothing found.\n")
    }

    @Test func statusesTellErrorsWarningsAndFilesThatDoNotLoad() async throws {
        let folder = try TemporaryFolder([
            "warning.lua": "local x = 1\nrule 'r' { route = function() end }", "broken.lua": "x = = 1",
            "wrong.lua": "rule 'r' { route = 5 }", "global.lua": "limit = 5\nrule 'r' { route = function() end }",
        ])
        for (arguments, status) in [
            (["warning.lua"], 0), (["warning.lua", "--strict"], 1), (["broken.lua"], 65), (["wrong.lua"], 65),
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

    @Test func checksTheRulesThatAreConfigured() async throws {
        let folder = try TemporaryFolder([
            "moondial.yaml": "rules: rules\nconfig:\n  limit: 5\n",
            "rules/a.lua": "local n = moondial.config.limit + 1\nrule 'a' { route = function() print(n) end }",
        ])
        let outcome = try await Executable.run(["check"], in: folder)
        #expect(outcome.output == "1 file checked: nothing found.\n")
    }

    @Test func machinesReadJSONAndSARIF() async throws {
        let folder = try TemporaryFolder(["a b.lua": Self.misspelt])
        let json = try await Executable.run(["check", "a b.lua", "--format", "json"], in: folder)
        #expect(
            json.output == """
                {"files":1,"errors":1,"warnings":0,"notes":0,"findings":[{"code":"unknown-field","severity":"error",\
                "message":"req has no field 'phnoe'; did you mean 'req.phone'?","file":"a b.lua","line":3,"column":35,\
                "end_line":3,"end_column":40}]}

                """)
        let sarif = try await Executable.run(["check", "a b.lua", "--format", "sarif"], in: folder)
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any])
        #expect(root["version"] as? String == "2.1.0")
        let run = try #require((root["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "unknown-field")
        #expect(sarif.output.contains(#""uri":"a%20b.lua""#))
        let github = try await Executable.run(["check", "a b.lua", "--format", "github"], in: folder)
        #expect(
            github.output == "::error file=a b.lua,line=3,col=35,endLine=3,endColumn=40,title=unknown-field::"
                + "req has no field 'phnoe'; did you mean 'req.phone'?\n")
    }

    @Test func explainKnowsTheCodes() async throws {
        let outcome = try await Executable.run(["explain", "waiting-call"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("waits for the network where Lua cannot wait"))
        let all = try await Executable.run(["explain"]).output
        #expect(all.contains("What moondial check finds"))
    }

    /// Control characters of a file do not reach the terminal.
    @Test func whatIsPrintedIsPrintable() async throws {
        let folder = try TemporaryFolder([
            "r.lua": "rule 'r' { route = function(req) return req['\u{1B}[31m'] end } \u{1B}"
        ])
        for format in ["pretty", "short", "github"] {
            let outcome = try await Executable.run(["check", "r.lua", "--format", format], in: folder)
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }
}
