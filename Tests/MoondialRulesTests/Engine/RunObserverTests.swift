// SPDX-License-Identifier: MIT

import NIOCore
import NumberVerification
import Testing

@testable import MoondialRules

struct RunObserverTests {
    private final class Recorder: RunObserver {
        var names: [String] = []
        var finished: [String] = []

        func record(_ event: TraceEvent, of run: RunContext) {
            let name = "\(event.kind)".prefix { $0 != "(" }
            names.append("\(run.request.exID ?? "") \(name)")
        }

        func finish(_ run: FinishedRun) { finished.append(run.decisionText) }
    }

    @Test func observersGetEveryEventOnceAndInOrder() async throws {
        let rules = """
            rule "r" {
              pre_check = function(req) moondial.log "seen" end,
              fallback = function(req) return "h5" end,
            }
            """
        let (recorders, run): ([[String]], FinishedRun) = try await EngineHarness(rules).onLoop { engine, _, promise in
            let observers = [Recorder(), Recorder()]
            observers.forEach(engine.observe)
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "sim:code=9020", exID: "a")))
            {
                promise.succeed((observers.map { $0.names + $0.finished }, $0))
            }
        }
        let expected =
            run.trace.events.map { "a \("\($0.kind)".prefix { $0 != "(" })" } + [run.decisionText]
        #expect(recorders == [expected, expected])
        #expect(expected.first == "a runBegan")
        #expect(expected.contains("a logged"))
        #expect(expected.count { $0 == "a attemptBegan" } == 2)
        #expect(expected.suffix(2) == ["a runEnded", run.decisionText])
    }
}
