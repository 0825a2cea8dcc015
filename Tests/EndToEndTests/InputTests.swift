// SPDX-License-Identifier: MIT

import TemporaryFolders
import Testing

@Suite("Forms of input", .timeLimit(.minutes(10)))
struct InputTests {
    @Test(
        "request forms that are understood",
        arguments: [
            #"{"token":"t","phone":"13800138000"}"#, #"{"phone":13800138000,"token":"t"}"#,
            #"{"token":"t","phone":"13800138000","exID":null}"#, "\n  {\"token\":\"t\",\"phone\":\"13800138000\"}\n\n",
            #"{"token":"t","phone":"13800138000","exID":"e","channel":"web","ip":"192.0.2.1","operator":"CM","#
                + #""token_age_ms":1000,"timeout_ms":5000,"context":{"order":42}}"#,
        ])
    func understood(input: String) async throws {
        let outcome = try await Executable.run(["verify", "--json"], input: input)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func channelDecidesTheEndpoint() async throws {
        let outcome = try await Executable.run(["verify", "--json"], input: Requests.json(",\"channel\":\"web\""))
        #expect(try outcome.json["endpoint"] as? String == "h5")
    }

    @Test func requestIsGivenByArguments() async throws {
        let outcome = try await Executable.run(
            ["verify", "--json", "--phone", "13800138000", "--token", "sim:id=7", "--exid", "e-1"])
        #expect(outcome.status == 0)
        #expect(try outcome.json["id"] as? Int == 7)
        #expect(try outcome.json["exID"] as? String == "e-1")
    }

    @Test func scriptIsReadFromStandardInput() async throws {
        let outcome = try await Executable.run(["run", "-", "a", "-b"], input: "print(arg[0], #arg, ...)")
        #expect(outcome.output == "stdin\t2\ta\t-b\n")
    }

    @Test func scriptIsTakenFromTheCommandLine() async throws {
        let outcome = try await Executable.run(["run", "-e", "-- a comment\nprint(arg[0], ...)", "x", "--json"])
        #expect(outcome.output == "-e\tx\t--json\n")
    }

    @Test func scriptFileRequiresAModuleBesideIt() async throws {
        let folder = try TemporaryFolder([
            "scripts/main.lua": "print(arg[0], require('words').hello, ...)",
            "scripts/words.lua": "return { hello = 'hello' }",
        ])
        let outcome = try await Executable.run(["run", "scripts/main.lua", "--help"], in: folder)
        #expect(outcome.output == "scripts/main.lua\thello\t--help\n")
    }

    @Test func rulesAreLoadedFromAFileAndAFolder() async throws {
        let folder = try TemporaryFolder([
            "a.lua": "rule 'a' { route = function() return 'h5' end }",
            "more/b.lua": "rule 'b' { map_result = { match = deny 'b' } }",
            "more/b_test.lua": "error 'never loaded'",
        ])
        let outcome = try await Executable.run(
            ["verify", "--json", "--rules", "a.lua", "--rules", "more"], input: Requests.json(), in: folder)
        #expect(try outcome.json["endpoint"] as? String == "h5")
        #expect(try outcome.json["rule"] as? String == "b")
    }

    @Test func scriptVerifiesByTheRulesOfAnOption() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Rules.typical,
            "flow.lua": """
            for _, phone in ipairs(arg) do
              local d = verify(phone, "t")
              print(phone, d.decision, d.reason, d.rule)
            end
            """,
        ])
        let outcome = try await Executable.run(
            ["run", "--rules", "rules.lua", "flow.lua", "13800138000", "123"], in: folder)
        #expect(
            outcome.output == """
                13800138000\tallow\tnil\tverdicts become decisions
                123\tdeny\tphone_format\tmainland mobile numbers only

                """)
    }

    @Test func returnedDecisionIsTheOneThatIsPrinted() async throws {
        let script = "local first = verify('13800009001', 't') verify('13800138000', 't') return first"
        let outcome = try await Executable.run(["run", "--json", "-e", script])
        #expect(outcome.status == 1)
        #expect(try outcome.json["decision"] as? String == "deny")
    }

    @Test func decisionTooOldToPrintStillSetsTheStatus() async throws {
        let script = """
            local old = verify('13800009001', 't')
            for i = 1, 10000 do verify('13800138000', 't') end
            return old
            """
        let outcome = try await Executable.run(["run", "--json", "-"], input: script)
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors == "warning: the decision is older than the last 10000 runs\n")
    }

    @Test func tableThatOnlyLooksLikeADecisionDoesNotSetTheStatus() async throws {
        let outcome = try await Executable.run(["run", "--json", "-e", "return { decision = 'deny', trace_id = 'x' }"])
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
    }
}
