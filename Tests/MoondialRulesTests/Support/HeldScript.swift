// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore

/// A script that runs while a test holds its requests back.
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

    /// What was printed and run so far.
    var report: ScriptReport { record.report }

    /// Keeps the script alive no longer.
    func forgetHandle() { handle = nil }

    /// What tests say happens next mostly refers to this script, which refers to it.
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
    /// Runs a script, with `arrange` to say what happens when; it must see to it that the promise is kept.
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
