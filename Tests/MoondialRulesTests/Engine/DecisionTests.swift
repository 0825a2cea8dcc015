// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// Decisions of the rules on the provider's answers.
@Suite struct DecisionTests {
    @Test(arguments: [
        ("13800138000", "t", "allow match"), ("13800009001", "t", "deny mismatch"),
        ("13800009002", "t", "review code_9002"), ("13800009099", "t", "review code_9099"),
        ("13800007777", "sim:code=7777", "review code_7777"), ("13800138000", "sim:reset=after", "review reset"),
        ("13800138000", "sim:http=502,body=html", "review http_status"),
        ("13800138000", "sim:http=502", "review http_status"), ("13800138000", "sim:body=empty", "review bad_reply"),
        ("13800138000", "sim:body=truncated", "review bad_reply"),
    ])
    func withoutRulesTheVerdictDecides(phone: String, token: String, decision: String) async throws {
        let run = try await EngineHarness().verify(phone: phone, token: token)
        #expect(run.decisionText == decision)
        #expect(run.result.decision.rule == "default")
    }

    @Test func rulesForAllHooksDecideTogether() async throws {
        let harness = EngineHarness(
            """
            rule "mainland mobile numbers only" {
              pre_check = function(req)
                if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then
                  return deny "phone_format"
                end
              end,
            }

            rule "a web token goes to h5" {
              route = function(req) if req.channel == "web" then return "h5" end end,
            }

            rule "repair a token sent to the wrong endpoint" {
              fallback = function(req, attempt)
                if attempt.code == 9020 or attempt.code == 9021 then
                  return attempt.endpoint == "mobile" and "h5" or "mobile"
                end
              end,
            }

            rule "verdicts become decisions" {
              map_result = { match = allow, mismatch = deny "number_differs", unknown = review "ask_for_sms" },
            }
            """)
        let match = try await harness.verify()
        #expect(match.result.decision.outcome == .allow)
        #expect(match.result.decision.rule == "verdicts become decisions")
        let format = try await harness.verify(phone: "12345")
        #expect(format.decisionText == "deny phone_format")
        #expect(format.result.attempts.isEmpty)
        let web = try await harness.verify { $0.channel = .web }
        #expect(web.result.endpoint == .h5)
        let repaired = try await harness.verify(token: "sim:endpoint=h5")
        #expect(repaired.result.attempts.map(\.attempt.code) == [9020, 9000])
        #expect(try await harness.verify(phone: "13800009001").decisionText == "deny number_differs")
        #expect(try await harness.verify(phone: "13800009003").decisionText == "review ask_for_sms")
    }

    @Test func webTokenGoesToH5WithoutRules() async throws {
        #expect(try await EngineHarness().verify { $0.channel = .web }.result.endpoint == .h5)
        #expect(try await EngineHarness().verify { $0.channel = .native }.result.endpoint == .mobile)
        #expect(try await EngineHarness().verify().result.endpoint == .mobile)
    }

    @Test(arguments: [
        ("9003", "review by_code"), ("9002", "deny by_verdict"), ("9001", "deny by_default"),
        ("9000", "deny by_default"),
    ])
    func mapResultTableIsSearchedByCodeThenVerdictThenDefault(code: String, decision: String) async throws {
        let harness = EngineHarness(
            """
            rule "table" {
              map_result = { [9003] = review "by_code", unknown = deny "by_verdict", default = deny "by_default" },
            }
            """)
        #expect(try await harness.verify(phone: "1380000\(code)").decisionText == decision)
    }

    @Test func mapResultTableWithoutAnEntryLeavesTheDecisionToTheNextRule() async throws {
        let harness = EngineHarness(
            """
            rule "codes" { map_result = { [9003] = review "expired" } }
            rule "verdicts" { map_result = { match = allow "fine" } }
            """)
        let match = try await harness.verify()
        #expect(match.decisionText == "allow fine")
        #expect(match.result.decision.rule == "verdicts")
        #expect(try await harness.verify(phone: "13800009001").result.decision.rule == "default")
    }

    @Test func mapResultFunctionGetsTheAttemptAndAddsFields() async throws {
        let harness = EngineHarness(
            """
            rule "fields" {
              map_result = function(req, attempt)
                return review("look", { was = attempt.code, where = { attempt.endpoint }, exact = attempt.id })
              end,
            }
            """)
        let run = try await harness.verify(token: "sim:id=117270465679982593")
        #expect(
            run.result.decision.fields == [
                "exact": .integer(117_270_465_679_982_593), "was": 9000, "where": ["mobile"],
            ])
    }

    @Test func mapResultIsCalledAlsoWithoutAnAttempt() async throws {
        var harness = EngineHarness(
            """
            rule "spends all" {
              pre_check = function(req)
                moondial.attempt("mobile", "13900139000", "other-1")
                moondial.attempt("mobile", "13900139000", "other-2")
              end,
              map_result = function(req, attempt)
                print(attempt.verdict, attempt.delivered, attempt.billed, attempt.endpoint, attempt.code)
                return review(attempt.error.kind, { retryable = attempt.error.retryable })
              end,
            }
            """)
        harness.run.limits.attempts = 2
        let report = try await harness.report()
        #expect(report.printed == ["unknown\tno\tfalse\tnil\tnil"])
        let run = try #require(report.runs.first)
        #expect(run.decisionText == "review max_attempts")
        #expect(run.result.decision.fields == ["retryable": false])
    }

    @Test func everyOnDecisionHookGetsTheDecision() async throws {
        let harness = EngineHarness(
            """
            rule "map" { map_result = { match = deny("known", { since = 7 }) } }
            rule "one" {
              on_decision = function(req, d) print(d.decision, d.reason, d.rule, d.since, d.code, d.verdict) end,
            }
            rule "two" {
              on_decision = function(req, d) print(#d.attempts, d.attempts[1].endpoint, d.endpoint, d.exid) end,
            }
            """)
        let report = try await harness.report(exID: "order-1")
        #expect(report.printed == ["deny\tknown\tmap\t7\t9000\tmatch", "1\tmobile\tmobile\torder-1"])
    }
}

extension FinishedRun {
    /// "deny phone_format"
    var decisionText: String {
        [result.decision.outcome.rawValue, result.decision.reason].compactMap(\.self).joined(separator: " ")
    }

    /// The trace, one line for each event: "hook rule.hook: answer", "attempt mobile 9000", "guard token_spent".
    var story: [String] { trace.written.map(\.line) }
}

extension WrittenEvent {
    fileprivate var line: String {
        let place = [rule, hook?.rawValue].compactMap(\.self).joined(separator: ".")
        switch kind {
        case .hook: return "hook \(place): \(text("answer"))"
        case .attempt: return "attempt \(text("endpoint")) \(detail["code"]?.integerValue.map(String.init) ?? "-")"
        case .refusal: return "guard \(text("reason"))"
        case .log: return "log \(text("message"))"
        case .decision: return "decision \(text("decision")): \(text("why"))"
        }
    }

    private func text(_ key: String) -> String { detail[key]?.stringValue ?? "-" }
}
