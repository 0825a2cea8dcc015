// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// All attempts share the deadline of their run. The tests do not wait: they look at the deadlines of the attempts.
@Suite struct DeadlineTests {
    /// The deadlines of all attempts that a run with these rules sends, in minutes from before its start, rounded down:
    /// no machine is so slow that it takes a minute to start a run.
    private func minutes(
        _ rules: String = "", setting: Duration, request: Int64? = nil
    ) async throws -> [Int64] {
        var harness = EngineHarness(rules)
        harness.run.timeout = setting
        harness.run.maxAttempts = 5
        return try await harness.onLoop { engine, record, promise in
            let start = NIODeadline.now()
            var run = RunRequest(try VerificationRequest(phone: "13800138000", token: "sim:code=9020"))
            run.timeout = request
            engine.verify(run) { _ in
                promise.succeed(record.transport.deadlines.map { ($0 - start).nanoseconds / 60_000_000_000 })
            }
        }
    }

    @Test func deadlineOfAnAttemptComesFromTheSettings() async throws {
        #expect(try await minutes(setting: .seconds(3600)) == [60])
    }

    @Test func deadlineOfAnAttemptComesFromTheRequestIfGiven() async throws {
        #expect(try await minutes(setting: .seconds(3600), request: 7_200_000) == [120])
    }

    @Test func allAttemptsOfARunShareItsDeadline() async throws {
        let rules = """
            rule "many" {
              pre_check = function()
                moondial.all {
                  function() moondial.attempt("h5", "13911112222", "a") end,
                  function() moondial.attempt("mobile", "13911112222", "b") end,
                }
              end,
              fallback = function() return "h5" end,
            }
            """
        #expect(
            try await minutes(rules, setting: .seconds(3600), request: 7_200_000) == Array(repeating: 120, count: 5))
    }

    @Test func nothingIsSentAfterTheDeadline() async throws {
        var harness = EngineHarness(
            """
            rule "slow" {
              pre_check = function(req)
                -- Longer than a millisecond on any machine.
                for i = 1, 50000000 do end
                print(pcall(moondial.attempt, "h5", "13911112222", "another"))
              end,
            }
            """)
        harness.run.limits.hookCPU = .seconds(100)
        harness.run.limits.runCPU = .seconds(100)
        let report = try await harness.report { $0.timeout = 1 }
        #expect(report.printed == ["false\trules.lua:5: moondial.attempt: nothing was sent, the run's time is over"])
        let run = try #require(report.runs.first)
        #expect(run.decisionText == "review deadline")
        #expect(run.result.attempts.isEmpty)
        #expect(run.story.filter { $0 == "guard deadline" }.count == 2)
    }

    @Test func runEndsAtItsDeadlineWithoutAReply() async throws {
        let run = try await EngineHarness().verify(token: "sim:delay=60m") { $0.timeout = 200 }
        #expect(run.result.decision.outcome == .review)
        #expect(run.result.verdict == .unknown)
    }

    @Test func attemptOfAScriptHasTheDeadlineOfARun() async throws {
        let start = NIODeadline.now()
        let deadlines: [NIODeadline] = try await EngineHarness.inScript(
            """
            moondial.attempt("h5", "13911112222", "t")
            verify("13911112222", "t", nil, { timeout_ms = 7200000 })
            """, run: RunSettings(timeout: .seconds(3600))
        ) { script, promise in
            script.onEnd = { _ in promise.succeed(script.transport.deadlines) }
        }
        #expect(deadlines.map { ($0 - start).nanoseconds / 60_000_000_000 } == [60, 120])
    }
}
