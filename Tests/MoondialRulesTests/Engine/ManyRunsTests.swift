// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

/// Many runs in flight in one Lua state, and many states.
@Suite struct ManyRunsTests {
    private static let rules = """
        local asked = {}
        rule "keeps its own" {
          pre_check = function(req)
            local mine = req.exid
            local first = moondial.attempt("h5", req.phone, "raw-" .. mine .. ",sim:delay=1ms")
            assert(req.exid == mine and first.exid == nil)
            asked[mine] = (asked[mine] or 0) + 1
          end,
          map_result = function(req, attempt)
            assert(attempt.exid == req.exid or attempt.verdict == "unknown")
            return review(req.exid, { times = asked[req.exid], result = attempt.code })
          end,
        }
        """

    @Test func thousandRunsKeepTheirOwnValues() async throws {
        let runs: [FinishedRun] = try await EngineHarness(Self.rules).onLoop { engine, _, promise in
            var finished: [FinishedRun] = []
            for number in 0..<1000 {
                // The delays make the simulator answer in another order.
                let token = "sim:delay=\((number * 7919) % 40)ms,code=\(9000 + number % 4)"
                let request = try VerificationRequest(
                    phone: "138\(10_000_000 + number)", token: token, exID: "order-\(number)")
                engine.verify(RunRequest(request)) {
                    finished.append($0)
                    if finished.count == 1000 { promise.succeed(finished) }
                }
            }
        }
        #expect(Set(runs.map(\.result.traceID)).count == 1000)
        #expect(runs.map { $0.result.exID ?? "" } != (0..<1000).map { "order-\($0)" })
        for run in runs {
            let number = try #require((run.result.exID?.dropFirst(6)).flatMap { Int($0) })
            #expect(run.decisionText == "review order-\(number)")
            #expect(run.result.decision.fields["times"] == 1)
            #expect(run.result.decision.fields["result"] == .integer(Int64(9000 + number % 4)))
            #expect(run.result.attempts.map(\.isRaw) == [true, false])
        }
    }

    @Test func enginesOnSeveralLoopsAreIndependent() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let harness = EngineHarness(Self.rules)
        let revisions = try await withThrowingTaskGroup(of: (String, [String]).self) { tasks in
            for number in 0..<3 {
                tasks.addTask {
                    try await harness.onLoop(of: group.next()) { engine, _, promise in
                        var decisions: [String] = []
                        for _ in 0..<50 {
                            let request = try VerificationRequest(phone: "13800138000", token: "t", exID: "e\(number)")
                            engine.verify(RunRequest(request)) {
                                decisions.append($0.decisionText)
                                if decisions.count == 50 { promise.succeed((engine.outline.revision, decisions)) }
                            }
                        }
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(revisions.map(\.0)).count == 1)
        #expect(revisions.map { Set($0.1).sorted().joined() }.sorted() == ["review e0", "review e1", "review e2"])
        try await group.shutdownGracefully()
    }

    @Test func runsInFlightKeepTheRulesWithWhichTheyBegan() async throws {
        let report: ScriptReport = try await EngineHarness.inScript(
            """
            rule "which" { map_result = { default = deny "old" } }
            local a, b = moondial.all {
              function() return verify("13800138000", "hold").reason end,
              function()
                rule "which" { map_result = { default = deny "new" } }
                return verify("13800138000", "t").reason
              end,
            }
            return a, b
            """
        ) { script, promise in
            script.transport.onHold = {
                // Releases the held run when the other run has finished.
                var isFirst = true
                script.engine.observe(
                    FinishedRunObserver { _ in
                        if isFirst { script.transport.letGo() }
                        isFirst = false
                    })
            }
            script.onEnd = { promise.succeed($0) }
        }
        #expect(report.failure == nil)
        #expect(report.results == ["old", "new"])
    }
}
