// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// Tokens and phones of callers are never printed, and do not change texts that the operator wrote.
@Suite("Redaction", .timeLimit(.minutes(10)))
struct RedactionTests {
    private static let token = "SECRET-TOKEN-0123456789-0123456789"
    private static let phone = "13912345678"

    /// A comment that holds the token makes it no less secret.
    private static let naming = """
        -- tried with SECRET-TOKEN-0123456789-0123456789 --[[ 1 ]]
        rule "attack" {
          pre_check = function(req)
            local name = req.token .. " " .. req.phone .. "\\nlog: FORGED (rule 'x', rules.lua:1) \\27[31m\\u{9b}1m\\u{202e}"
            load("moondial.log 'hi'", "=" .. name)()
          end,
        }
        """

    private func expectNoSecrets(in outcome: Outcome, _ comment: Comment? = nil) {
        let text = outcome.output + outcome.errors
        #expect(!text.contains(Self.token), comment)
        #expect(!text.contains(Self.phone), comment)
        let controls = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) }
        #expect(controls.isEmpty && !text.contains("\u{202E}"), comment)
    }

    @Test func chunkNameIsRedactedAndPrintable() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.naming])
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--phone", Self.phone, "--token", Self.token], in: folder)
        #expect(
            outcome.errors == #"log: hi (rule 'attack', <token> 139****5678\nlog: FORGED (rule 'x', rules.lua:1) "#
                + #"\u{1B}[31m\u{9B}1m\u{202E}:1)"# + "\n")
        expectNoSecrets(in: outcome)
    }

    @Test func logsAndErrorsOfScriptsShowNoTokens() async throws {
        let script = """
            local token = "\(Self.token)"
            verify("\(Self.phone)", token)
            moondial.log("about " .. token, { token = token, phone = \(Self.phone).0 })
            error("stopped at " .. token)
            """
        let folder = try TemporaryFolder(["case.lua": script])
        let outcome = try await Executable.run(["run", "case.lua"], in: folder)
        #expect(outcome.errors.hasPrefix(#"log: about <token> {"phone":"139****5678","token":"<token>"} (case.lua:3)"#))
        #expect(outcome.errors.contains("stopped at <token>\n"))
        expectNoSecrets(in: outcome)
    }

    @Test func tryShowsReasonsWithoutTokens() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": "-- \(Self.token)\nrule 'echo' { pre_check = function(req) return deny(req.token) end }",
            "requests.jsonl": Requests.json(phone: Self.phone, token: Self.token) + "\n",
        ])
        let outcome = try await Executable.run(
            ["repl", "--no-history", "--rules", "rules.lua"], input: ":try requests.jsonl\n", in: folder)
        #expect(outcome.output.contains(" <token> "))
        expectNoSecrets(in: outcome)
    }

    @Test func namesThatScriptsMakeOfSecretsAreRedactedInTraces() async throws {
        let script = """
            local token, phone = "\(Self.token)", "\(Self.phone)"
            rule("about " .. token) {
              pre_check = load("return function() moondial.log 'hi' end", "@" .. token)(),
              route = load("return function() return 'h5' end", "@" .. phone)(),
            }
            verify(phone, token)
            """
        let folder = try TemporaryFolder(["case.lua": script])
        for options in [["--trace"], []] {
            let outcome = try await Executable.run(["run", "case.lua"] + options, in: folder)
            #expect(outcome.errors.contains("log: hi (rule 'about <token>', <token>:1)\n"))
            expectNoSecrets(in: outcome)
        }
    }

    @Test func phonesOfOthersAreMaskedExceptInFieldsForTheCaller() async throws {
        let rules = """
            rule "other" {
              pre_check = function(req)
                local other = req.context.previous
                moondial.log("was " .. other, { float = tonumber(other) + 0.0 })
                return review("call " .. other, { previous = other })
              end,
            }
            """
        let input = Requests.json(phone: Self.phone, token: "example", ",\"context\":{\"previous\":\"13700001111\"}")
        let folder = try TemporaryFolder(["rules.lua": rules])
        let traced = try await Executable.run(["verify", "--rules", "rules.lua", "--trace"], input: input, in: folder)
        #expect(!(traced.output + traced.errors).contains("13700001111"))
        let json = try await Executable.run(["verify", "--rules", "rules.lua", "--json"], input: input, in: folder)
        #expect(try json.json["reason"] as? String == "call 137****1111")
        #expect(try json.json["fields"] as? [String: String] == ["previous": "13700001111"])
    }

    @Test func savedAndShownBlocksHoldNoSubmittedTokens() async throws {
        let input = """
            t = "tok.en.with.dots.12345.abcde.fghij"
            verify("\(Self.phone)", t).decision
            pcall(verify, "\(Self.phone)", "ptoken1234567")
            v = verify; v("\(Self.phone)", "vtoken1234567")
            :save saved.lua
            for i = 1, 300 do verify("\(Self.phone)", "TOKENtokenTOKENtoken" .. 1000 + i) end
            "TOKENtokenTOKENtoken1001"
            t
            """
        let folder = try TemporaryFolder()
        let outcome = try await Executable.run(
            ["repl", "--no-history", "--keep-going"], input: input + "\n", in: folder)
        #expect(outcome.output.hasSuffix("\n\"<token>\"\n\"<token>\"\n"))
        expectNoSecrets(in: outcome)
        let saved = try folder.read("saved.lua")
        for secret in ["tok.en", "ptoken", "vtoken", Self.phone] { #expect(!saved.contains(secret)) }
        #expect(saved.contains(#"pcall(verify, "139****5678", "<token>")"#))
    }

    @Test func fileNamesInErrorsArePrintable() async throws {
        let name = "r\u{1B}[31m\u{9B}1m\u{202E}\n.lua"
        let folder = try TemporaryFolder([name: "rule 'x' {\n  nosuch = \u{1B}\n}"])
        for arguments in [["verify", "--rules", name], ["run", name], ["verify", "--rules", "no" + name]] {
            let outcome = try await Executable.run(arguments, input: Requests.json(phone: "1", token: "t"), in: folder)
            #expect(outcome.status != 0 && outcome.errors.contains(#"r\u{1B}[31m\u{9B}1m\u{202E}\n.lua"#))
            expectNoSecrets(in: outcome)
        }
    }

    /// Each pair is a phone and a token that stands in the rules, in the name of their folder or in texts of moondial.
    @Test(arguments: [
        ("13800009002", "ask_for_sms"), ("13800009002", "ask_for_an_sms_code_instead"), ("13800138000", "number"),
        ("13800138000", "number_is_the_one_of_the_sim"), ("mobile", "verify"), ("number", "ALARM"),
        ("13800009002", "shop/lib/rules.lua"), ("13800009002", "shop/lib/rules.lua:12:"), ("912345", "912345"),
        ("13800138000", "it's_written_with_an_escape"), ("13800138000", "configured_by_the_operator"),
    ])
    func callersCannotChangeTextsOfTheOperator(phone: String, token: String) async throws {
        let rules = """
            rule "mobile numbers only" {
              pre_check = function(req)
                if req.phone == "number" then error "ALARM: number" end
                if not req.phone:match "^1%d+$" then return deny "not_a_mobile" end
              end,
            }
            rule "by verdict" {
              map_result = {
                match = allow("number_is_the_one_of_the_sim", { order = 912345 }),
                unknown = review "ask_for_an_sms_code_instead",
              },
              on_decision = function(req, decision)
                moondial.log("ALARM: ask_for_sms, it\\'s_written_with_an_escape", { reason = decision.reason })
                moondial.log(select(2, pcall(error, "shop/lib/rules.lua:12: broken")), moondial.config)
              end,
            }
            """
        let folder = try TemporaryFolder([
            "shop/lib/rules.lua": rules, "moondial.yaml": "config: {way: configured_by_the_operator}\n",
        ])
        func run(_ token: String) async throws -> (json: [String: String], errors: String) {
            let outcome = try await Executable.run(
                ["verify", "--rules", "shop/lib/rules.lua", "--json"],
                input: Requests.json(phone: phone, token: token), in: folder)
            let members = try outcome.json.filter { !["attempts", "elapsed_ms", "trace_id", "id"].contains($0.key) }
            return (members.mapValues { "\($0)" }, outcome.errors)
        }
        let (changed, plain) = (try await run(token), try await run("another-token-of-a-caller"))
        #expect(changed.json == plain.json)
        #expect(changed.errors == plain.errors)
        #expect(!changed.errors.contains("<token>") && !changed.errors.contains("****"))
    }
}
