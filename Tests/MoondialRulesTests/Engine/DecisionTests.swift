// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import Testing

/// The default mapping and the five hooks, through Lua and the simulator.
@Suite struct DecisionTests {
    @Test func withoutRulesAMatchIsAllowed() async throws {
        let run = try await EngineHarness().verify()
        #expect(run.result.decision.outcome == .allow)
        #expect(run.result.decision.rule == "default")
        #expect(run.result.code == 9000)
    }

    @Test func theExampleOfTheDesignDecides() async throws {
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
        #expect(format.result.decision.reason == "phone_format")
        #expect(format.result.attempts.isEmpty)
        let web = try await harness.verify { $0.channel = .web }
        #expect(web.result.endpoint == .h5)
        let repaired = try await harness.verify(token: "sim:endpoint=h5")
        #expect(repaired.result.attempts.map(\.attempt.code) == [9020, 9000])
        let mismatch = try await harness.verify(phone: "13800009001")
        #expect(mismatch.result.decision.reason == "number_differs")
        let expired = try await harness.verify(phone: "13800009003")
        #expect(expired.result.decision.outcome == .review)
    }

    @Test func aScriptVerifiesInsideACoroutine() async throws {
        let report = try await EngineHarness().script(
            """
            local co = coroutine.wrap(function()
              for _, phone in ipairs { "13800138000", "13800009001" } do
                coroutine.yield(verify(phone, "token", "order-1"))
              end
            end)
            local a, b = co(), co()
            print(a.decision, a.verdict, a.code, a.endpoint)
            return b.decision, b.exid, math.type(a.id)
            """)
        #expect(report.failure == nil)
        #expect(report.printed == ["allow\tmatch\t9000\tmobile"])
        #expect(report.results == ["deny", "order-1", "integer"])
        #expect(report.runs.count == 2)
    }

    @Test func functionsRunConcurrentlyAndGiveTheirResultsInOrder() async throws {
        let report = try await EngineHarness().script(
            """
            local a, b, c = moondial.all {
              function() return verify("13800138000", "sim:delay=30ms").decision end,
              function() return verify("13800009001", "sim:delay=1ms").decision end,
              function() return 3 end,
            }
            return a, b, c
            """)
        #expect(report.failure == nil)
        #expect(report.results == ["allow", "deny", "3"])
    }

    @Test(arguments: [
        ("pre_check", "nil"), ("route", "nil"), ("fallback", "nil"), ("map_result", "nil"), ("on_decision", "nil"),
    ])
    func aHookThatRaisesEndsInReview(hook: String, _: String) async throws {
        let harness = EngineHarness("rule 'broken' { \(hook) = function(req) error 'boom' end }")
        let run = try await harness.verify(token: hook == "fallback" ? "sim:code=9002" : "t")
        #expect(run.result.decision.outcome == .review)
        #expect(run.result.decision.reason == "rule_error")
        #expect(run.result.decision.rule == "broken")
        #expect(run.failures.first?.message.contains("boom") == true)
    }
}
