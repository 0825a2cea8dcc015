// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// A hook that stalls within one instruction of Lua costs the Lua state, and nobody an answer.
@Suite struct LostStateTests {
    #if os(Linux) && (arch(x86_64) || arch(arm64))
        private static let rules = """
            rule "r" {
              pre_check = function(req)
                if req.exid ~= "stall" then return end
                local t, step = {}, (1 << 17) - 1
                for i = 1, (1 << 16) + 1 do t[i * step] = true end
              end,
              map_result = function(req) return allow("asked") end,
            }
            """

        private struct Report: Sendable {
            var runs: [String: FinishedRun] = [:]
            var renewals = 0
        }

        /// One run waits for the provider and another stalls; then the first gets its reply, and a third comes.
        private func report(_ run: RunSettings) async throws -> Report {
            var harness = EngineHarness(Self.rules)
            harness.run = run
            final class Box { var report = Report() }
            return try await harness.onLoop { engine, record, promise in
                let box = Box()
                engine.onRenewal = { if $0 == nil { box.report.renewals += 1 } }
                func verify(_ name: String, then next: @escaping () -> Void) throws {
                    let request = try VerificationRequest(
                        phone: "13800138000", token: name == "waiting" ? "hold-1" : "STsid-example", exID: name)
                    engine.verify(RunRequest(request)) {
                        box.report.runs[name] = $0
                        next()
                    }
                }
                func last() {
                    do { try verify("last") { promise.succeed(box.report) } } catch { promise.fail(error) }
                }
                try verify("waiting", then: last)
                record.transport.onHold = {
                    do { try verify("stall") { record.transport.letGo() } } catch { promise.fail(error) }
                }
            }
        }

        @Test func everyRunEndsAndTheNextGetsAFreshState() async throws {
            var run = RunSettings()
            run.limits.tableKeys = 1 << 20
            let report = try await report(run)
            let stall = try #require(report.runs["stall"])
            #expect(stall.result.decision.outcome == .review)
            #expect(stall.result.decision.reason == "rule_timeout")
            #expect(stall.failures.first?.site?.description == "rules.lua:2")
            let waiting = try #require(report.runs["waiting"])
            #expect(waiting.result.decision.outcome == .review)
            #expect(waiting.result.decision.reason == "rule_error")
            #expect(waiting.failures.first?.message.contains("the Lua state was lost to another run") == true)
            let last = try #require(report.runs["last"])
            #expect(last.result.decision.outcome == .allow)
            #expect(report.renewals == 1)
        }

        @Test func theDefaultLimitOnTablesComesFirst() async throws {
            let report = try await report(RunSettings())
            let stall = try #require(report.runs["stall"])
            #expect(stall.result.decision.reason == "rule_limit")
            #expect(stall.failures.first?.message.contains("a table may hold at most 8192 keys") == true)
            #expect(report.runs["waiting"]?.result.decision.outcome == .allow)
            #expect(report.renewals == 0)
        }
    #endif
}
