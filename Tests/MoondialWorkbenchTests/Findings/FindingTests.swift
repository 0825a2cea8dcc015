// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import MoondialWorkbench
import Testing

/// A rulebook with a fault, and the length of the shortest path that shows it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let code: RulebookFinding.Code
    /// How many attempts the shortest example makes; nil where there is none.
    let attempts: Int?
    let rules: String

    var testDescription: String { name }

    static let all: [PlantedFault] = [
        PlantedFault(
            name: "allow in place of review", code: .allowWithoutMatch, attempts: 1,
            rules: "rule 'r' { map_result = { match = allow, [9002] = allow 'oops', default = review 'sms' } }"),
        PlantedFault(
            name: "allow by default", code: .allowWithoutMatch, attempts: 1,
            rules: "rule 'r' { map_result = { mismatch = deny, default = allow } }"),
        PlantedFault(
            name: "allow before anything was asked", code: .allowWithoutMatch, attempts: 0,
            rules: "rule 'r' { pre_check = function(req) if req.phone:match '^138' then return allow 'friend' end end }"
        ),
        PlantedFault(
            name: "the code in place of the verdict", code: .allowWithoutMatch, attempts: 1,
            rules:
                "rule 'r' { map_result = function(req, attempt) if attempt.code == 9000 then return allow 'ok' end end }"
        ),
        PlantedFault(
            name: "a token sent again after a time-out", code: .tokenSentAgain, attempts: 2,
            rules: """
                rule 'r' { fallback = function(req, attempt)
                  if attempt.error then return { endpoint = 'h5', even_if_delivered = true } end
                end }
                """),
        PlantedFault(
            name: "a token sent again by moondial.attempt", code: .tokenSentAgain, attempts: 2,
            rules: """
                rule 'r' { map_result = function(req, attempt)
                  local again = moondial.attempt('h5', req.phone, req.token, nil, { even_if_delivered = true })
                  return review 'twice'
                end }
                """),
        PlantedFault(
            name: "two charged attempts", code: .billedTwice, attempts: 2,
            rules: """
                rule 'r' { pre_check = function(req)
                  moondial.attempt('mobile', req.phone, 'another-token')
                end }
                """),
        PlantedFault(
            name: "nil is indexed", code: .hookFails, attempts: 1,
            rules:
                "rule 'r' { map_result = function(req, attempt) if attempt.error.kind == 'dns' then return deny end end }"
        ),
        PlantedFault(
            name: "a string is compared with a number", code: .hookFails, attempts: 1,
            rules: "rule 'r' { map_result = function(req, attempt) if attempt.code > '9000' then return deny end end }"),
        PlantedFault(
            name: "a hook without end", code: .hookFails, attempts: 0,
            rules: "rule 'r' { pre_check = function(req) if req.phone == '13800138000' then local t = {} "
                + "for i = 1, 1e9 do t[i % 8 + 1] = i end end end }"),
        PlantedFault(
            name: "an answer that makes no sense", code: .hookFails, attempts: 0,
            rules: "rule 'r' { route = function(req) return 'wap' end }"),
        PlantedFault(
            name: "a counter outside of the hook", code: .unrecordedInput, attempts: 1,
            rules:
                "local n = 0 rule 'r' { pre_check = function(req) n = n + 1 if n % 2 == 0 then return deny 'odd' end end }"
        ),
        PlantedFault(
            name: "a table that remembers", code: .unrecordedInput, attempts: 1,
            rules: """
                local seen = {}
                rule 'r' { pre_check = function(req)
                  if seen[req.phone] then return deny 'again' end
                  seen[req.phone] = true
                end }
                """),
        PlantedFault(
            name: "a hook that another hides", code: .neverAsked, attempts: nil,
            rules: "rule 'a' { route = function() return 'h5' end } rule 'b' { route = function() return 'mobile' end }"
        ),
        PlantedFault(
            name: "a hook that says nothing", code: .neverAnswers, attempts: nil,
            rules: "rule 'a' { map_result = function(req, attempt) if attempt.code == 4711 then return deny end end }"),
        PlantedFault(
            name: "an entry that another hides", code: .neverDecides, attempts: nil,
            rules:
                "rule 'a' { map_result = { default = review 'x' } } rule 'b' { map_result = { [9003] = review 'y' } }"),
        PlantedFault(
            name: "an entry for what cannot come", code: .neverDecides, attempts: nil,
            rules: "rule 'a' { map_result = { [9000] = allow, [9001] = deny, match = review 'x', default = review } }"),
        PlantedFault(
            name: "a fallback with a spent token", code: .fallbackRefused, attempts: 1,
            rules: "rule 'r' { fallback = function(req, attempt) return 'h5' end }"),
        PlantedFault(
            name: "nobody hears that the balance is used up", code: .silentTrouble, attempts: 1,
            rules: """
                rule 'r' { on_decision = function(req, d)
                  if d.code and d.code ~= 9018 then moondial.log('code', { code = d.code }) end
                end }
                """),
        PlantedFault(
            name: "one reason for two decisions", code: .reasonOfTwoDecisions, attempts: 1,
            rules:
                "rule 'r' { map_result = { match = allow 'verified', mismatch = deny 'verified', default = review } }"),
        PlantedFault(
            name: "codes that nobody maps", code: .unmappedCode, attempts: 1,
            rules: "rule 'r' { map_result = { match = allow, mismatch = deny } }"),
        PlantedFault(
            name: "a match that is refused", code: .matchNotAllowed, attempts: 1,
            rules: "rule 'r' { map_result = { match = review 'look', default = review } }"),
        PlantedFault(
            name: "a mismatch that gets in", code: .mismatchAllowed, attempts: 1,
            rules: "rule 'r' { map_result = { match = allow, mismatch = allow 'dual', default = review } }"),
    ]
}

@Suite("Findings", .serialized, .timeLimit(.minutes(10)))
struct FindingTests {
    @Test(arguments: PlantedFault.all)
    func plantedFaultIsFoundWithItsShortestExample(_ fault: PlantedFault) async throws {
        let findings = try await Workbench.findings(fault.rules)
        let finding = try #require(findings.first { $0.code == fault.code }, "\(findings.map(\.message))")
        #expect(finding.example?.steps.count == fault.attempts, "\(finding.message)")
    }

    @Test func correctRulesHaveNoFindings() async throws {
        let findings = try await Workbench.findings(
            """
            rule "verdicts" { map_result = { match = allow "ok", mismatch = deny "differs", default = review "sms" } }
            rule "alarm" { on_decision = function(req, d)
              if d.verdict == "unknown" and d.code then moondial.log("code " .. d.code) end
            end }
            """, requests: RequestClass.builtIn)
        #expect(findings.map(\.message) == [])
    }

    @Test func exampleOfAFindingIsShownAsATest() async throws {
        let rules = "rule 'r' { map_result = { match = allow, [9002] = allow 'oops', default = review 'sms' } }"
        let report = ExplorationReport(try await Workbench.explore(rules))
        #expect(report.hasFinding(ofAtLeast: .error))
        #expect(
            report.text(style: .plain).contains(
                """
                error[allow-without-match]: allow without a match by 'r'
                  --> rules.lua:1
                  = fix: look at `attempt.verdict == "match"` before you answer allow
                  test "allow without a match by 'r'" {
                    request = { phone = "13800138000" },
                    replies = { 9002 },
                    expect = { decision = "allow", reason = "oops", attempts = 1, billed = 0 },
                  }

                """))
    }

    @Test func everyFindingCodeHasAMeaningAndAdvice() {
        for code in RulebookFinding.Code.allCases {
            #expect(!code.meaning.isEmpty && !code.advice.isEmpty)
        }
        #expect(Set(RulebookFinding.Code.allCases.map(\.meaning)).count == RulebookFinding.Code.allCases.count)
    }
}
