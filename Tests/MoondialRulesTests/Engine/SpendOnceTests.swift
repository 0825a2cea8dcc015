// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// No token is sent twice unless a rule asks for it explicitly.
@Suite struct SpendOnceTests {
    private func run(_ rules: String, token: String, maxAttempts: Int = 5) async throws -> (FinishedRun, sent: Int) {
        var harness = EngineHarness(rules)
        harness.run.maxAttempts = maxAttempts
        return try await harness.onLoop { engine, record, promise in
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: token))
            engine.verify(request) { promise.succeed(($0, record.transport.sent)) }
        }
    }

    private static let fallback = "rule 'f' { fallback = function() return 'h5' end }"

    @Test(arguments: [
        "sim:reset=after", "sim:reset=before", "sim:http=502,body=html", "sim:body=truncated", "sim:body=empty",
    ])
    func fallbackIsRefusedIfTheFirstAttemptMayHaveArrived(token: String) async throws {
        let (run, sent) = try await run(Self.fallback, token: token)
        #expect(sent == 1)
        #expect(run.result.decision.outcome == .review)
        #expect(run.story.contains("guard token_spent"))
    }

    @Test(arguments: [9002, 9099, 9008, 9777, 1802])
    func fallbackIsRefusedAfterACodeThatLeavesTheTokenUnclear(code: Int) async throws {
        let (run, sent) = try await run(Self.fallback, token: "sim:code=\(code)")
        #expect(sent == 1)
        #expect(run.result.decision.outcome == .review)
        #expect(run.story.contains("guard token_spent"))
    }

    @Test(arguments: [9003, 9005, 9011, 9012, 9018, 9020, 9021])
    func fallbackIsSentAfterACodeThatLeavesTheTokenUnusedOrDead(code: Int) async throws {
        let (run, sent) = try await run(Self.fallback, token: "sim:code=\(code)", maxAttempts: 2)
        #expect(sent == 2)
        #expect(!run.story.contains("guard token_spent"))
    }

    @Test func fallbackAfterAnUnclearTokenIsSentIfTheRuleSaysEvenIfDelivered() async throws {
        let rules = "rule 'f' { fallback = function() return { endpoint = 'h5', even_if_delivered = true } end }"
        #expect(try await run(rules, token: "sim:code=9099", maxAttempts: 2).sent == 2)
    }

    @Test func rawAttemptWithAnUnclearTokenIsRefused() async throws {
        let rules = """
            rule "raw" {
              pre_check = function()
                moondial.attempt("h5", "13911112222", "sim:code=9099")
                return review(tostring((pcall(moondial.attempt, "mobile", "13911112222", "sim:code=9099"))))
              end,
            }
            """
        let (run, sent) = try await run(rules, token: "t")
        #expect(sent == 1)
        #expect(run.decisionText == "review false")
    }

    @Test func fallbackAfterAPossibleDeliveryIsSentIfTheRuleSaysEvenIfDelivered() async throws {
        let rules = "rule 'f' { fallback = function() return { endpoint = 'h5', even_if_delivered = true } end }"
        let (run, sent) = try await run(rules, token: "sim:reset=after", maxAttempts: 3)
        #expect(sent == 3)
        #expect(run.story.contains("guard max_attempts"))
        let hook = try #require(run.trace.written.first { $0.hook == .fallback })
        #expect(hook.detail["even_if_delivered"] == true)
    }

    @Test func fallbackIsRefusedIfEvenIfDeliveredIsFalse() async throws {
        let rules = "rule 'f' { fallback = function() return { endpoint = 'h5', even_if_delivered = false } end }"
        #expect(try await run(rules, token: "sim:reset=after").sent == 1)
    }

    @Test(arguments: [1, 2, 4])
    func runSendsNoMoreThanTheMaximumOfAttempts(maximum: Int) async throws {
        let (run, sent) = try await run(Self.fallback, token: "sim:code=9020", maxAttempts: maximum)
        #expect(sent == maximum)
        #expect(run.story.filter { $0 == "guard max_attempts" }.count == 1)
        #expect(run.result.attempts.count == maximum)
    }

    @Test func runSendsAtMostTwoAttemptsByDefault() async throws {
        let (run, sent) = try await run(Self.fallback, token: "sim:code=9020", maxAttempts: RunSettings().maxAttempts)
        #expect(sent == 2)
        #expect(run.story.contains("guard max_attempts"))
    }

    @Test func rawAttemptSpendsTheTokenOfItsRun() async throws {
        let rules = "rule 'raw' { pre_check = function(req) moondial.attempt('h5', req.phone, req.token) end }"
        let (run, sent) = try await run(rules, token: "t")
        #expect(sent == 1)
        #expect(run.decisionText == "review token_spent")
        #expect(
            run.story == [
                "hook raw.pre_check: none", "attempt h5 9000", "guard token_spent",
                "decision review: default mapping: no attempt was made, an earlier attempt may have spent the token",
            ])
    }

    @Test func rawAttemptWithASpentTokenIsRefusedBeforeItIsSent() async throws {
        let rules = """
            rule "raw" {
              map_result = function(req)
                local ok, message = pcall(moondial.attempt, "h5", req.phone, req.token)
                return review(message)
              end,
            }
            """
        let (run, sent) = try await run(rules, token: "t")
        #expect(sent == 1)
        #expect(
            run.result.decision.reason
                == "rules.lua:3: moondial.attempt: nothing was sent, an earlier attempt may have spent the token")
    }

    @Test func rawAttemptWithASpentTokenIsSentWithEvenIfDelivered() async throws {
        let rules = """
            rule "raw" {
              map_result = function(req, first)
                local second = moondial.attempt("h5", req.phone, req.token, req.exid, { even_if_delivered = true })
                return second.verdict == "match" and allow "twice" or deny
              end,
            }
            """
        let (run, sent) = try await run(rules, token: "t")
        #expect(sent == 2)
        #expect(run.decisionText == "allow twice")
        #expect(run.result.attempts.map(\.isRaw) == [false, true])
    }

    @Test func concurrentAttemptsWithOneTokenSendOnlyTheFirst() async throws {
        let rules = """
            rule "both" {
              pre_check = function(req)
                local function try(endpoint)
                  return function() return pcall(moondial.attempt, endpoint, "13911112222", "one-token") end
                end
                local first, second = moondial.all { try "mobile", try "h5" }
                return review(tostring(first) .. " " .. tostring(second))
              end,
            }
            """
        let (run, sent) = try await run(rules, token: "t")
        #expect(sent == 1)
        #expect(run.decisionText == "review true false")
    }

    @Test func rawAttemptsAreLimitedToo() async throws {
        let rules = """
            rule "many" {
              pre_check = function(req)
                for i = 1, 9 do
                  if not pcall(moondial.attempt, "h5", "13911112222", "token-" .. i) then return review(tostring(i)) end
                end
              end,
            }
            """
        let (run, sent) = try await run(rules, token: "t", maxAttempts: 3)
        #expect(sent == 4)
        #expect(run.decisionText == "review 5")
    }

    @Test func rawAttemptDoesNotDecideTheRun() async throws {
        let rules = "rule 'raw' { pre_check = function() moondial.attempt('h5', '13911112222', 'other') end }"
        let (run, _) = try await run(rules, token: "sim:code=9001")
        #expect(run.decisionText == "deny mismatch")
        #expect(run.result.endpoint == .mobile)
    }
}
