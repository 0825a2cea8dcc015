// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore

/// A script that runs while a test delays its requests.
final class HeldScript {
    let engine: RuleEngine
    let transport: HeldTransport
    /// Called when the script ends.
    var onEnd: ((ScriptReport) -> Void)?
    /// How often the script has ended: never more than once.
    private(set) var ends = 0
    private let record: EngineHarness.Record
    private(set) var handle: (any RunHandle)?

    fileprivate init(_ engine: RuleEngine, _ record: EngineHarness.Record) {
        self.engine = engine
        self.record = record
        transport = record.transport
    }

    /// The lines printed and the runs finished so far.
    var report: ScriptReport { record.report }

    /// Releases the handle, which keeps the script alive.
    func forgetHandle() { handle = nil }

    /// Releases the closures of the test, which mostly refer to this script.
    fileprivate func breakCycles() {
        handle = nil
        onEnd = nil
    }

    fileprivate func start(_ text: String) {
        engine.observe(FinishedRunObserver { [record] in record.report.runs.append($0) })
        handle = record.scripts?.run(RuleSource(name: .file("script.lua"), text: Array(text.utf8))) { [self] in
            ends += 1
            record.report.finish($0)
            onEnd?(record.report)
        }
    }
}

extension EngineHarness {
    /// Runs a script after `arrange`, which sets the closures of the script and must complete the promise.
    static func inScript<Value: Sendable>(
        _ text: String, rules: String = "", run: RunSettings = patient,
        arrange: @Sendable @escaping (HeldScript, EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        var harness = EngineHarness(rules)
        harness.runsScripts = true
        harness.run = run
        return try await harness.onLoop { engine, record, promise in
            let script = HeldScript(engine, record)
            promise.futureResult.assumeIsolated().whenComplete { _ in script.breakCycles() }
            arrange(script, promise)
            script.start(text)
        }
    }
}
