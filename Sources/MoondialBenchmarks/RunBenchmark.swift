// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

/// Runs against the simulator in process, one after the other: CPU of the loop's thread.
enum RunBenchmark {
    private static let rounds = 100_000

    /// Measures runs with the rules of a file. The default, nil, means without rules.
    static func measure(rules path: String? = nil) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let perRun = try loop.flatSubmit { () -> EventLoopFuture<Double> in
            let promise = loop.makePromise(of: Double.self)
            do {
                let client = VerificationClient(of: Simulator(), eventLoop: loop)
                let rules = try path.map { path throws(Diagnostic) in try RuleFiles.read([path]) } ?? .none
                let engine = try RuleEngine(
                    rules: rules, settings: RuleEngine.Settings(wallClock: { 0 }), attempts: client, eventLoop: loop)
                let request = RunRequest(
                    try VerificationRequest(phone: "13800138000", token: "STsid-example", exID: "order-42"))
                Series(engine: engine, request: request, rounds: rounds, promise: promise).start()
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.wait()
        Benchmarks.report(path == nil ? "run" : "run-with-rules", perRun)
        try group.syncShutdownGracefully()
    }

    /// Starts a run when the one before has ended.
    private final class Series {
        private let engine: RuleEngine
        private let request: RunRequest
        private let rounds: Int
        private let promise: EventLoopPromise<Double>
        private var left: Int
        private var started = 0.0

        init(engine: RuleEngine, request: RunRequest, rounds: Int, promise: EventLoopPromise<Double>) {
            self.engine = engine
            self.request = request
            self.rounds = rounds
            self.promise = promise
            left = rounds + rounds / 10
        }

        func start() {
            if left == rounds { started = CPU.thread() }
            guard left > 0 else { return promise.succeed((CPU.thread() - started) / Double(rounds)) }
            left -= 1
            engine.verify(request) { [self] finished in
                precondition(finished.result.decision.outcome == .allow)
                start()
            }
        }
    }
}
