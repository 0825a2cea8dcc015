// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import ProcessorClocks
import Testing

/// Whatever a rule does, its run ends as expected, and other runs continue.
///
/// Serialized, since an attack blocks its event loop until it is stopped.
@Suite(.serialized, .timeLimit(.minutes(Sanitizer.isOn ? 60 : 10))) struct AttackTests {
    private static let onLoading = Attack.all.filter { if case .load = $0.end { true } else { false } }
    static let onRunning = Attack.all.filter { if case .decision = $0.end { true } else { false } }

    /// A separate loop, since other tests have deadlines.
    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()

    static func harness(_ attack: Attack) -> EngineHarness {
        var harness = EngineHarness()
        harness.run.limits = attack.limits
        harness.config = ["phones": ["13800138000"]]
        return harness
    }

    static func request(_ attack: Attack) throws -> RunRequest {
        RunRequest(try VerificationRequest(phone: "13800138000", token: attack.token, exID: "attack"))
    }

    static func check(_ run: FinishedRun, _ attack: Attack) {
        guard case .decision(let expected) = attack.end else { return }
        #expect(run.decisionText == expected)
        if let message = attack.message {
            #expect(run.failures.contains { $0.message.contains(message) }, "\(run.failures)")
        }
    }

    @Test func everyKnownBugOfLuaHasAnAttack() {
        let names = Set(Attack.all.map(\.name))
        for bug in LuaBug.known { #expect(names.contains(bug.attack), "\(bug.summary)") }
    }

    @Test(arguments: onLoading)
    func attackWhileLoadingEndsWithItsError(_ attack: Attack) async throws {
        var harness = Self.harness(attack)
        harness.sources = [attack.source]
        let failure = try #require(try await harness.loadingFailure(on: Self.loop))
        guard case .load(let code) = attack.end else { return }
        #expect(failure.code.rawValue == code, "\(failure)")
        if let message = attack.message { #expect(failure.message.contains(message)) }
    }

    @Test(arguments: onRunning)
    func attackInARunEndsAsExpected(_ attack: Attack) async throws {
        var harness = Self.harness(attack)
        harness.sources = [attack.source]
        let runs: [FinishedRun] = try await harness.onLoop(of: Self.loop) { engine, _, promise in
            var runs: [FinishedRun] = []
            func next() throws {
                if runs.count == attack.runs { return promise.succeed(runs) }
                engine.verify(try Self.request(attack)) { run in
                    runs.append(run)
                    do { try next() } catch { promise.fail(error) }
                }
            }
            try next()
        }
        for run in runs { Self.check(run, attack) }
    }
}
