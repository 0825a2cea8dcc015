// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// A hook that stalls within one instruction of Lua costs the Lua state, but every run still gets an answer.
@Suite struct LostStateTests {
    #if os(Linux) && (arch(x86_64) || arch(arm64))
        private static let rules = """
            rule "r" {
              pre_check = function(req)
                if req.exid == "waiting in a hook" then moondial.attempt("h5", req.phone, "hold-2") end
                if req.exid ~= "stall" then return end
                -- The last key takes seconds. The others take few milliseconds.
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

        /// Two runs wait for the provider, one of them in a hook, and a third stalls. Then the two get their replies,
        /// and a fourth run begins.
        private func report(_ run: RunSettings) async throws -> Report {
            var harness = EngineHarness(Self.rules)
            harness.run = run
            final class Box { var report = Report() }
            return try await harness.onLoop { engine, record, promise in
                let box = Box()
                engine.onRenewal = { if $0 == nil { box.report.renewals += 1 } }
                func verify(_ name: String, token: String = "STsid-example", then next: @escaping () -> Void) {
                    do {
                        let request = try VerificationRequest(phone: "13800138000", token: token, exID: name)
                        engine.verify(RunRequest(request)) {
                            box.report.runs[name] = $0
                            next()
                        }
                    } catch {
                        promise.fail(error)
                    }
                }
                func endOfWait() {
                    if box.report.runs.count == 3 { verify("last") { promise.succeed(box.report) } }
                }
                verify("waiting", token: "hold-1", then: endOfWait)
                verify("waiting in a hook", then: endOfWait)
                var hasStalled = false
                record.transport.onHold = {
                    guard record.transport.holding == 2, !hasStalled else { return }
                    hasStalled = true
                    verify("stall") {
                        for token in ["hold-1", "hold-2"] { record.transport.letGo(token) }
                    }
                }
            }
        }

        @Test func everyRunEndsAfterAStallAndTheNextGetsAFreshState() async throws {
            var run = RunSettings()
            run.limits.tableKeys = 1 << 20
            let report = try await report(run)
            let stall = try #require(report.runs["stall"])
            #expect(stall.decisionText == "review rule_timeout")
            #expect(stall.failures.first?.site?.description == "rules.lua:2")
            let waiting = try #require(report.runs["waiting in a hook"])
            #expect(waiting.decisionText == "review rule_error")
            #expect(waiting.failures.first?.message.contains("the Lua state was lost to another run") == true)
            #expect(report.runs["waiting"]?.decisionText == "allow asked")
            #expect(report.runs["last"]?.decisionText == "allow asked")
            #expect(report.renewals == 1)
        }

        @Test func defaultTableLimitStopsAHookBeforeItStalls() async throws {
            let report = try await report(RunSettings())
            let stall = try #require(report.runs["stall"])
            #expect(stall.result.decision.reason == "rule_limit")
            #expect(stall.failures.first?.message.contains("a table may hold at most 8192 keys") == true)
            #expect(report.runs["waiting"]?.decisionText == "allow asked")
            #expect(report.runs["waiting in a hook"]?.decisionText == "allow asked")
            #expect(report.renewals == 0)
        }
    #endif
}
