// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import Testing

@Suite("Difference of rulebooks", .serialized, .timeLimit(.minutes(10)))
struct RulebookDiffTests {
    private static let rules = """
        local sms = review("sms", { step_up = "sms" })

        rule "dual SIM" { map_result = function(req, attempt)
          if attempt.verdict == "mismatch" then
            local dual = req.context and req.context.dual_sim
            return dual and sms or deny "differs"
          end
        end }
        rule "new token" { map_result = { [9003] = review "new", [9020] = review "new" } }
        rule "rest" { map_result = { match = allow "ok", default = sms } }
        """

    private static func diff(_ old: String, _ new: String) async throws -> RulebookDiff {
        RulebookDiff(
            old: try await Workbench.explore(old, requests: RequestClass.builtIn),
            new: try await Workbench.explore(new, requests: RequestClass.builtIn))
    }

    /// Changes of the text that do not change the meaning.
    private static let harmless: [@Sendable (String) -> String] = [
        { $0 },
        { $0.replacing("\n", with: "\n\n").replacing("  ", with: "\t") },
        {
            $0.replacing("dual ", with: "both ").replacing(" dual", with: " both").replacing(
                "both SIM", with: "dual SIM")
        },
        { "-- a comment\n" + $0.replacing("sms", with: "sms") },
        { $0.replacing("rule \"rest\"", with: "rule \"the rest\"") },
        {
            // Swaps two rules of which at most one answers each request.
            let parts = $0.split(separator: "rule \"new token\"")
            let rest = parts[1].split(separator: "\nrule \"rest\"")
            let dual = parts[0].split(separator: "rule \"dual SIM\"")
            return "\(dual[0])rule \"new token\"\(rest[0])\nrule \"dual SIM\"\(dual[1])\nrule \"rest\"\(rest[1])"
        },
    ]

    @Test(arguments: harmless.indices)
    func rewritingRulesWithoutChangingTheirMeaningIsNoChange(_ index: Int) async throws {
        let diff = try await Self.diff(Self.rules, Self.harmless[index](Self.rules))
        #expect(diff.changes.map(\.title) == [])
        #expect(diff.summary.hasPrefix("no difference on "))
    }

    @Test func changedDecisionIsReported() async throws {
        let diff = try await Self.diff(Self.rules, Self.rules.replacing("deny \"differs\"", with: "allow \"dual_sim\""))
        #expect(
            diff.text(style: .plain, price: 0.05) == """
                deny differs → allow dual_sim: 9001, 9001 under HTTP 500 at mobile or h5 (by 'dual SIM'), 216 paths

                1 change on 216 of 3888 paths

                """)
    }

    @Test func changeNamesTheRulesThatDecide() async throws {
        let diff = try await Self.diff(Self.rules, Self.rules.replacing("[9003] = review \"new\", ", with: ""))
        #expect(
            diff.text(style: .plain, price: nil).hasPrefix(
                "review new → review sms, fields {  } → { step_up = \"sms\" }: 9003 at mobile or h5 "
                    + "(was by 'new token', now by 'rest'), 108 paths\n"))
    }

    @Test func furtherAttemptIsComparedWithTheOldDecision() async throws {
        let diff = try await Self.diff(
            "rule 'r' { map_result = { default = review 'x' } }",
            """
            rule 'r' { map_result = { default = review 'x' } }
            rule 'f' { fallback = function(req, a) if a.code == 9020 and a.endpoint == 'mobile' then return 'h5' end end }
            """)
        #expect(!diff.changes.isEmpty)
        #expect(diff.changes.allSatisfy { $0.title.contains("sent to mobile → mobile then h5") })
        #expect(diff.changes.reduce(0) { $0 + $1.paths } == 72 * Outcome.all.count)
    }

    @Test func changedLogMessageIsReported() async throws {
        let alarm = "rule 'a' { on_decision = function(req, d) if d.code == 9018 then moondial.log 'money' end end }"
        let diff = try await Self.diff(Self.rules + alarm, Self.rules)
        #expect(diff.changes.map(\.title) == ["review sms, logs 'money' → nothing"])
    }

    @Test func changeToAllowComesFirst() async throws {
        let old = "rule 'r' { map_result = { match = allow, default = review 'x' } }"
        let new = "rule 'r' { map_result = { match = allow, [9099] = allow, default = review 'y' } }"
        let diff = try await Self.diff(old, new)
        #expect(diff.changes.first?.new == .allow)
        #expect(diff.changes.first?.paths == 108)
    }
}
