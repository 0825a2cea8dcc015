// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

/// What limits cost code that stays within them, and how soon they stop code that does not.
enum LimitsBenchmark {
    /// One chunk with all limits set but far from reached: CPU in ms.
    static func workload(_ path: String) throws {
        let vm = try LuaVM()
        let meter = LuaMeter()
        meter.cpuLimit = .seconds(1000)
        meter.deadline = DispatchTime.now().uptimeNanoseconds + 1_000_000_000_000
        meter.allocationLimit = 1 << 40
        meter.coroutineLimit = 1 << 20
        meter.tableKeyLimit = 1 << 30
        let chunk = try vm.load(try text(path), name: .file(path))
        let thread = try vm.makeThread(meter: meter)
        let start = CPU.thread()
        guard case .returned = thread.start(chunk) else { preconditionFailure("\(path) returns") }
        Benchmarks.report("workload", (CPU.thread() - start) / 1e6)
    }

    /// A run whose hook never ends by itself: milliseconds of CPU from the end of the hook's budget to the end of the run.
    static func kill(_ path: String) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let source = RuleSource(name: .file(path), text: try text(path))
        let overrun = try loop.flatSubmit { () -> EventLoopFuture<Double> in
            let promise = loop.makePromise(of: Double.self)
            do {
                let client = VerificationClient(of: Simulator(), eventLoop: loop)
                var settings = RuleEngine.Settings(wallClock: { 0 })
                settings.run.limits.memory = 1 << 40  // Only the time limit may stop the hook.
                let engine = try RuleEngine(
                    rules: RuleFiles([source]), settings: settings, attempts: client, eventLoop: loop)
                let budget = settings.run.limits.hookCPU / .milliseconds(1)
                let request = RunRequest(
                    try VerificationRequest(phone: "13800138000", token: "STsid-example", exID: "order-42"))
                let start = CPU.thread()
                engine.verify(request) { finished in
                    let used = (CPU.thread() - start) / 1e6
                    let reason = finished.result.decision.reason ?? "no reason"
                    precondition(reason == "rule_timeout", "\(path) ended with \(reason)")
                    promise.succeed(used - budget)
                }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.wait()
        Benchmarks.report("kill", overrun)
        try group.syncShutdownGracefully()
    }

    private static func text(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}
