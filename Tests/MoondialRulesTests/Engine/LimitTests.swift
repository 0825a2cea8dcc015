// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// Each limit at its edge, and the decision of a run that exceeds it.
@Suite struct LimitTests {
    private func decision(_ hook: String, _ change: (inout RunLimits) -> Void) async throws -> String {
        var harness = EngineHarness("rule 'limited' { pre_check = function(req) \(hook) return deny 'done' end }")
        change(&harness.run.limits)
        return try await harness.verify().decisionText
    }

    @Test(arguments: [(3, "deny done"), (4, "review rule_limit")])
    func coroutinesAreLimited(count: Int, expected: String) async throws {
        let hook = "for i = 1, \(count) do coroutine.create(print) end"
        #expect(try await decision(hook) { $0.coroutines = 3 } == expected)
    }

    @Test(arguments: [(2, "deny done"), (3, "review rule_limit")])
    func functionsOfAllCountAsCoroutines(count: Int, expected: String) async throws {
        let hook = "local t = {} for i = 1, \(count) do t[i] = function() end end moondial.all(t)"
        #expect(try await decision(hook) { $0.coroutines = 2 } == expected)
    }

    @Test(arguments: [(1 << 18, "deny done"), (1 << 20, "review rule_memory")])
    func memoryIsLimited(bytes: Int, expected: String) async throws {
        #expect(try await decision("local s = ('x'):rep(\(bytes))") { $0.memory = 1 << 20 } == expected)
    }

    @Test(arguments: [(900, false), (1100, true)])
    func bytesOfAnAnswerAreLimited(bytes: Int, isOver: Bool) async throws {
        let text = try await decision("do return deny(('x'):rep(\(bytes))) end") { $0.resultBytes = 1000 }
        #expect((text == "review rule_limit") == isOver)
    }

    @Test func hooksShareTheTimeOfTheirRun() async throws {
        let spin = "function() local t = os.clock() while os.clock() < t + 0.03 do end end"
        let rules = (1...20).map { "rule 'slow \($0)' { pre_check = \(spin) }" }.joined(separator: "\n")
        var harness = EngineHarness(rules)
        harness.run.limits.hookCPU = .seconds(5)
        harness.run.limits.runCPU = .milliseconds(100)
        #expect(try await harness.verify().decisionText == "review rule_timeout")
    }

    @Test func runsAfterAStoppedRunAreNotAffected() async throws {
        let rules = """
            rule "spins" { pre_check = function(req) while req.exid == "spin" do end end }
            """
        let decisions: [String] = try await EngineHarness(rules).onLoop { engine, _, promise in
            var decisions: [String] = []
            for exID in ["calm", "spin", "calm"] {
                let request = try VerificationRequest(phone: "13800138000", token: "t-\(decisions.count)", exID: exID)
                engine.verify(RunRequest(request)) {
                    decisions.append($0.decisionText)
                    if decisions.count == 3 { promise.succeed(decisions.sorted()) }
                }
            }
        }
        #expect(decisions == ["allow match", "allow match", "review rule_timeout"])
    }

    @Test func fullStateIsReplacedWhileRunsContinue() async throws {
        let rules = """
            local kept = {}
            rule "keeps" { pre_check = function(req) kept[#kept + 1] = ("x"):rep(1 << 20) .. #kept end }
            """
        var harness = EngineHarness(rules)
        harness.run.limits.vmMemory = 16 << 20
        let (decisions, renewals): (Set<String>, Int) = try await harness.onLoop { engine, _, promise in
            var decisions: [String] = []
            var renewals = 0
            engine.onRenewal = { _ in renewals += 1 }
            func next() throws {
                if decisions.count == 60 { return promise.succeed((Set(decisions), renewals)) }
                engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t\(decisions.count)"))) {
                    decisions.append($0.decisionText)
                    do { try next() } catch { promise.fail(error) }
                }
            }
            try next()
        }
        #expect(decisions == ["allow match"])
        #expect(renewals >= 2)
    }

    /// The limit is exceeded in the compiler, where Lua cannot be stopped, and applied before the file runs.
    @Test func compilingCountsForTheTimeOfLoading() async throws {
        var harness = EngineHarness("local function f() \(String(repeating: "x = 1 ", count: 20000)) end")
        harness.run.limits.loadCPU = .microseconds(100)
        let failure = try #require(try await harness.loadingFailure())
        #expect(failure.code == .ruleTimeout)
    }

    @Test func sizeOfRuleFilesIsLimited() async throws {
        var harness = EngineHarness("-- " + String(repeating: "x", count: 2000))
        harness.run.limits.sourceBytes = 1024
        let message = try await harness.loadingFailure()?.message
        #expect(message?.contains("more than the 1024 of limits.source_bytes") == true)
    }
}
