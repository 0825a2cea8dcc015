// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// Cancelled scripts and runs end at once, wherever they wait, and nothing of them continues.
@Suite struct CancellationTests {
    /// The result of cancelling a script or run while its requests were held.
    struct Outcome: Sendable {
        var report: ScriptReport
        var sent: Int
        var cancelled: Int
        var ends: Int
    }

    /// Cancels the script when `count` requests are held, and reports when the loop has nothing left to run.
    private func cancelScript(_ text: String, rules: String = "", holding count: Int = 1) async throws -> Outcome {
        try await EngineHarness.inScript(text, rules: rules) { script, promise in
            script.transport.onHold = {
                guard script.transport.holding == count else { return }
                script.transport.onHold = nil
                script.handle?.cancel()
                script.handle?.cancel()
                Self.rest(promise.futureResult.eventLoop) {
                    promise.succeed(
                        Outcome(
                            report: script.report, sent: script.transport.sent, cancelled: script.transport.cancelled,
                            ends: script.ends))
                }
            }
        }
    }

    /// Calls `body` after all tasks that wait on the loop, and the tasks that those submit.
    private static func rest(_ loop: any EventLoop, turns: Int = 10, _ body: @escaping () -> Void) {
        if turns == 0 { return body() }
        loop.assumeIsolated().execute { rest(loop, turns: turns - 1, body) }
    }

    @Test(arguments: [
        ("verify('13800138000', 'hold')", 1),
        ("moondial.attempt('h5', '13800138000', 'hold')", 1),
        ("pcall(verify, '13800138000', 'hold')", 1),
        ("coroutine.wrap(function() verify('13800138000', 'hold') end)()", 1),
        (
            "local function wait() verify('13800138000', 'hold') end moondial.all { wait, wait }",
            2
        ),
        ("moondial.all { function() moondial.all { function() moondial.attempt('h5', '1', 'hold') end } end }", 1),
    ])
    func cancelledScriptEndsWhereverItWaits(wait: String, holding: Int) async throws {
        let outcome = try await cancelScript(
            """
            local note <close> = setmetatable({}, { __close = function() print "closed" end })
            \(wait)
            print "went on"
            verify("13800138000", "t")
            """, holding: holding)
        #expect(outcome.report.failure?.code == .cancelled)
        #expect(outcome.report.printed == ["closed"])
        #expect(outcome.sent == holding)
        #expect(outcome.cancelled == holding)
        #expect(outcome.ends == 1)
        #expect(outcome.report.runs.allSatisfy { $0.decisionText == "review cancelled" })
    }

    @Test func cancelledScriptCancelsTheRawAttemptOfAHook() async throws {
        let rules =
            "rule 'raw' { pre_check = function() moondial.attempt('h5', '13911112222', 'hold'); print 'never' end }"
        let outcome = try await cancelScript("verify('13800138000', 't')", rules: rules)
        #expect(outcome.sent == 1)
        #expect(outcome.cancelled == 1)
        #expect(outcome.report.printed == [])
        let run = try #require(outcome.report.runs.first)
        #expect(run.decisionText == "review cancelled")
        #expect(run.result.attempts.map(\.attempt.error?.kind) == [.cancelled])
        #expect(run.result.attempts.map(\.attempt.delivered) == [.maybe])
    }

    @Test func closeHandlersOfACancelledScriptCannotWait() async throws {
        let outcome = try await cancelScript(
            """
            local note <close> = setmetatable({}, { __close = function()
              print(pcall(verify, "13800138000", "t"))
            end })
            verify("13800138000", "hold")
            """)
        #expect(outcome.report.printed.count == 1)
        #expect(outcome.report.printed.first?.contains("verify cannot wait inside") == true)
        #expect(outcome.sent == 1)
    }

    @Test func scriptCancelledBeforeItsStartDoesNotRun() async throws {
        let report: ScriptReport = try await EngineHarness.inScript("print 'began'") { script, promise in
            script.onEnd = { _ in Self.rest(promise.futureResult.eventLoop) { promise.succeed(script.report) } }
            // Runs before the script, whose start is put off until after this.
            promise.futureResult.eventLoop.assumeIsolated().execute { script.handle?.cancel() }
        }
        #expect(report.failure?.code == .cancelled)
        #expect(report.printed == [])
    }

    // MARK: - Runs

    /// Cancels a run when a request is held.
    private func cancelRun(
        _ rules: String, token: String, onError: RunSettings.OnError = .review, delivered: Delivered = .maybe
    ) async throws -> (FinishedRun, Outcome) {
        var harness = EngineHarness(rules)
        harness.run.onError = onError
        return try await harness.onLoop { engine, record, promise in
            let loop = promise.futureResult.eventLoop
            var finished: [FinishedRun] = []
            engine.observe(FinishedRunObserver { record.report.runs.append($0) })
            record.transport.deliveredWhenCancelled = delivered
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: token))
            let handle = engine.verify(request) { finished.append($0) }
            record.transport.onHold = {
                handle.cancel()
                handle.cancel()
                Self.rest(loop) {
                    guard let run = finished.first else { return promise.fail(Missing()) }
                    let outcome = Outcome(
                        report: record.report, sent: record.transport.sent, cancelled: record.transport.cancelled,
                        ends: finished.count)
                    promise.succeed((run, outcome))
                }
            }
        }
    }

    @Test func cancelledRunEndsDuringItsAttempt() async throws {
        let (run, outcome) = try await cancelRun("", token: "hold")
        #expect(run.decisionText == "review cancelled")
        #expect(run.result.why == .cancelled)
        #expect(run.result.lastAttempt?.error?.kind == .cancelled)
        #expect(run.result.lastAttempt?.delivered == .maybe)
        #expect(run.result.lastAttempt?.billed == .maybe)
        #expect(outcome.ends == 1)
        #expect(outcome.cancelled == 1)
        #expect(outcome.report.runs.count == 1)
    }

    @Test func runCancelledWhileConnectingHasAnUnusedToken() async throws {
        let (run, outcome) = try await cancelRun("", token: "hold", delivered: .no)
        #expect(run.result.lastAttempt?.delivered == .no)
        #expect(run.result.lastAttempt?.billed == .no)
        #expect(run.result.lastAttempt?.tokenState == .unused)
        #expect(outcome.cancelled == 1)
    }

    @Test(arguments: [Delivered.no, .maybe])
    func rawAttemptOfACancelledRunReportsItsDelivery(delivered: Delivered) async throws {
        let rules = "rule 'waits' { pre_check = function() moondial.attempt('h5', '13911112222', 'hold') end }"
        let (run, _) = try await cancelRun(rules, token: "t", delivered: delivered)
        #expect(run.result.attempts.map(\.attempt.delivered) == [delivered])
        #expect(run.result.attempts.map(\.attempt.error?.kind) == [.cancelled])
    }

    @Test func cancelledRunEndsInDenyIfOnErrorIsDeny() async throws {
        #expect(try await cancelRun("", token: "hold", onError: .deny).0.decisionText == "deny cancelled")
    }

    @Test(arguments: ["pre_check", "route", "fallback", "map_result", "on_decision"])
    func cancelledRunEndsWhileAHookWaits(hook: String) async throws {
        let (run, outcome) = try await cancelRun(
            """
            rule "waits" {
              \(hook) = function(req)
                local note <close> = setmetatable({}, { __close = function() print "closed" end })
                moondial.all { function() moondial.attempt("h5", "13911112222", "hold") end }
                print "never"
              end,
            }
            rule "next" { map_result = { default = allow }, on_decision = function() print "never" end }
            """, token: "sim:code=9002")
        #expect(run.decisionText == "review cancelled")
        #expect(outcome.report.printed == ["closed"])
        #expect(outcome.cancelled == 1)
        #expect(outcome.ends == 1)
        #expect(run.trace.written.contains { $0.hook?.rawValue == hook && $0.detail["answer"] == "cancelled" })
    }

    @Test func cancelledRunIsReleased() async throws {
        let harness = EngineHarness(
            "rule 'waits' { pre_check = function() "
                + "moondial.all { function() moondial.attempt('h5', '13911112222', 'hold') end } end }")
        let isGone: Bool = try await harness.onLoop { engine, record, promise in
            let loop = promise.futureResult.eventLoop
            weak var run: (any RunHandle)?
            run = engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) { _ in }
            record.transport.onHold = {
                record.transport.onHold = nil
                run?.cancel()
                Self.rest(loop) { promise.succeed(run == nil) }
            }
        }
        #expect(isGone)
    }

    @Test func denyIsKeptWhenARunIsCancelled() async throws {
        let (run, _) = try await cancelRun(
            """
            rule "no" { pre_check = function() return deny "no" end }
            rule "waits" { on_decision = function() moondial.attempt("h5", "13911112222", "hold") end }
            """, token: "t")
        #expect(run.decisionText == "deny no")
    }

    @Test func runCancelledBeforeItsStartSendsNothing() async throws {
        let (run, sent): (FinishedRun, Int) = try await EngineHarness().onLoop { engine, record, promise in
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
            var finished: FinishedRun?
            engine.verify(request) { finished = $0 }.cancel()
            Self.rest(promise.futureResult.eventLoop) {
                guard let finished else { return promise.fail(Missing()) }
                promise.succeed((finished, record.transport.sent))
            }
        }
        #expect(run.decisionText == "review cancelled")
        #expect(run.result.attempts.isEmpty)
        #expect(sent == 0)
    }

    struct Missing: Error {}

    @Test func cancellingAnEndedRunDoesNothing() async throws {
        let runs: Int = try await EngineHarness().onLoop { engine, record, promise in
            engine.observe(FinishedRunObserver { record.report.runs.append($0) })
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
            var handle: (any RunHandle)?
            handle = engine.verify(request) { _ in
                handle?.cancel()
                Self.rest(promise.futureResult.eventLoop) {
                    handle?.cancel()
                    handle = nil
                    promise.succeed(record.report.runs.count)
                }
            }
        }
        #expect(runs == 1)
    }

    @Test func replyAfterACancellationIsDropped() async throws {
        let outcome: Outcome = try await EngineHarness.inScript(
            """
            local ok = pcall(moondial.all, {
              function() verify("13800138000", "hold-1") end,
              function() moondial.attempt("h5", "13800138000", "hold-2"); error "boom" end,
            })
            local d = verify("13800138000", "hold-3")
            return ok, d.decision
            """
        ) { script, promise in
            script.transport.ignoresCancellation = true
            script.transport.onHold = {
                switch script.transport.sent {
                case 2: script.transport.letGo("hold-2")
                case 3: for _ in 0..<script.transport.holding { script.transport.letGo() }
                default: break
                }
            }
            script.onEnd = { report in
                Self.rest(promise.futureResult.eventLoop) {
                    promise.succeed(
                        Outcome(
                            report: report, sent: script.transport.sent, cancelled: script.transport.cancelled,
                            ends: script.ends))
                }
            }
        }
        #expect(outcome.report.results == ["false", "allow"])
        #expect(outcome.report.runs.map(\.decisionText) == ["review cancelled", "allow match"])
        #expect(outcome.ends == 1)
    }
}
