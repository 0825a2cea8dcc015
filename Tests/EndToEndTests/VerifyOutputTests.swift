// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("What verify prints", .timeLimit(.minutes(10)))
struct VerifyOutputTests {
    private static let rules = ["rules.lua": Rules.typical]

    @Test func decisionOfARuleIsPrinted() async throws {
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua"],
            input: Requests.json(token: "sim:endpoint=h5", ",\"exID\":\"order-42\""),
            in: TemporaryFolder(Self.rules))
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                decision  allow
                rule      verdicts become decisions (rules.lua:21)
                why       map_result entry 'match' of rule 'verdicts become decisions'
                verdict   match
                code      9000 verify consistent: The number is the one of the SIM that carried the data.
                endpoint  h5
                id        117270465688035039
                exID      order-42
                attempts  2 (1 billed)
                target    simulator in this process

                """)
    }

    @Test func decisionWithoutAnAttemptIsPrinted() async throws {
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua"], input: Requests.json(phone: "123"), in: TemporaryFolder(Self.rules))
        #expect(outcome.status == 1)
        #expect(
            outcome.output == """
                decision  deny
                reason    phone_format
                rule      mainland mobile numbers only (rules.lua:2)
                why       pre_check of rule 'mainland mobile numbers only'
                verdict   unknown
                attempts  none
                target    simulator in this process

                """)
    }

    @Test func codeWithoutVerdictComesWithAdvice() async throws {
        let outcome = try await Executable.run(["verify"], input: Requests.json(phone: "13800009003"))
        #expect(
            outcome.output == """
                decision  review
                reason    code_9003
                rule      default
                why       default mapping: verdict unknown
                verdict   unknown
                code      9003 token expired or not exist: The token has expired, was used before, or never existed.
                advice    Get a new token. Tokens work once and live 60 s (Telecom) to 10 min (Unicom).
                endpoint  mobile
                attempts  1
                target    simulator in this process

                """)
    }

    @Test func errorIsPrintedWithThePossibleCharge() async throws {
        let outcome = try await Executable.run(["verify"], input: Requests.json(token: "sim:reset=after"))
        let lines = outcome.output.split(separator: "\n")
        try #require(lines.count == 9)
        #expect(lines[1] == "reason    reset")
        #expect(lines[5].hasPrefix("error     reset: the simulator ended the connection before a complete reply; "))
        #expect(lines[7] == "attempts  1 (1 perhaps billed)")
    }

    @Test func traceOptionDrawsTheTrace() async throws {
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--trace"], input: Requests.json(token: "sim:endpoint=h5"),
            in: TemporaryFolder(Self.rules))
        let parts = outcome.stableOutput.split(separator: "\n\n")
        try #require(parts.count == 2)
        #expect(parts[1].hasPrefix("trace <trace> · 138****8000 · rules "))
        for label in ["pre_check", "attempt 1", "fallback", "attempt 2", "decision", "total"] {
            #expect(parts[1].contains(label))
        }
    }

    @Test func traceIsASCIIWhereTheLocaleIsNotUTF8() async throws {
        let rules = ["rules.lua": "rule '短信' { pre_check = function() return deny '不行' end }"]
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--trace"], input: Requests.json(), environment: ["LC_ALL": "C"],
            in: TemporaryFolder(rules))
        let trace = outcome.output.split(separator: "\n\n").last ?? ""
        #expect(trace.utf8.allSatisfy { $0 < 0x80 })
        #expect(trace.contains("\\u{77ED}\\u{4FE1}"))
    }

    // MARK: - JSON

    @Test func printsOfARuleGoToStandardErrorWithJSON() async throws {
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--json"], input: Requests.json(),
            in: TemporaryFolder(["rules.lua": "rule 'talks' { pre_check = function() print('hello', 1) end }\n"]))
        #expect(outcome.status == 0)
        #expect(try outcome.json["decision"] as? String == "allow")
        #expect(outcome.errors == "hello\t1\n")
    }

    @Test func jsonIsOneLineWithTheDocumentedKeys() async throws {
        let outcome = try await Executable.run(["verify", "--json"], input: Requests.documented)
        #expect(outcome.output.hasSuffix("}\n"))
        #expect(outcome.output.count { $0 == "\n" } == 1)
        #expect(
            outcome.output.prefix(while: { $0 != "[" }) == """
                {"decision":"allow","reason":"match","rule":"default","verdict":"match","code":9000,\
                "content":"verify consistent","id":117270465679982592,"exID":"1234566","endpoint":"mobile","attempts":
                """)
        #expect(
            Set(try outcome.json.keys) == [
                "decision", "reason", "rule", "verdict", "code", "content", "id", "exID", "endpoint", "attempts",
                "elapsed_ms", "trace_id", "rules_revision", "target",
            ])
        #expect(try outcome.json["target"] as? String == "simulator")
    }

    @Test func jsonKeepsIDsThatDoNotFitADouble() async throws {
        let outcome = try await Executable.run(
            ["verify", "--json"], input: Requests.json(token: "sim:id=117270465679982593"))
        #expect(outcome.output.contains("\"id\":117270465679982593,"))
    }

    @Test func traceGoesToStandardErrorWithJSON() async throws {
        let outcome = try await Executable.run(["verify", "--json", "--trace"], input: Requests.json())
        #expect(outcome.output.count { $0 == "\n" } == 1)
        #expect(outcome.errors.hasPrefix("trace "))
    }

    @Test func fieldsOfAMappingArePrinted() async throws {
        let rules = ["r.lua": "rule 'r' { map_result = { match = review('ask', { channel = 'sms', count = 2 }) } }"]
        let human = try await Executable.run(
            ["verify", "--rules", "r.lua"], input: Requests.json(), in: TemporaryFolder(rules))
        #expect(human.output.contains("reason    ask\nfields    {"))
        let machine = try await Executable.run(
            ["verify", "--rules", "r.lua", "--json"], input: Requests.json(), in: TemporaryFolder(rules))
        let fields = try machine.json["fields"] as? [String: Any]
        #expect(fields?["channel"] as? String == "sms")
        #expect(fields?["count"] as? Int == 2)
    }
}
