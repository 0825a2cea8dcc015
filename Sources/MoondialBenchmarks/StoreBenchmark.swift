// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import MoondialStore
import MoondialStoreRedis
import MoondialStoreSQLite
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import RedisClient

/// `moondial.store.count` from Lua, with 64 calls in flight: processor time of the whole process for each call, and how long
/// a call takes.
enum StoreBenchmark {
    private static let inFlight = 64
    private static let calls = 192_000

    /// Of the memory, of a file (`sqlite:PATH`) or of a server (a URL).
    static func measure(_ place: String) throws {
        let times = CallTimes()
        let engine = TimedStoreEngine(try engine(place), times)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let perCall = try eventLoop.flatSubmit { () -> EventLoopFuture<Double> in
            let promise = eventLoop.makePromise(of: Double.self)
            do {
                var settings = RuleEngine.Settings(wallClock: { 0 })
                settings.store.engine = engine
                settings.run.limits.storeTime = .seconds(10)
                let client = VerificationClient(
                    transport: InProcessTransport(simulator: Simulator(), eventLoop: eventLoop), host: "simulator",
                    credentials: .documentedExample, eventLoop: eventLoop)
                let scripts = try ScriptHost(
                    rules: .none, settings: settings, attempts: client, eventLoop: eventLoop)
                run(calls / 10, scripts) { _ in
                    times.values = []
                    let start = CPU.process()
                    run(calls, scripts) { result in
                        let perCall = (CPU.process() - start) / Double(calls)
                        switch result {
                        case .success: promise.succeed(perCall)
                        case .failure(let failure): promise.fail(failure)
                        }
                    }
                }
                promise.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(scripts) {} }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.wait()
        Benchmarks.report("store-cpu", perCall)
        let sorted = times.values.sorted()
        Benchmarks.report("store-p50", sorted[sorted.count / 2])
        Benchmarks.report("store-p99", sorted[sorted.count * 99 / 100])
        try group.syncShutdownGracefully()
    }

    private static func engine(_ place: String) throws -> any StoreEngine {
        if place == "memory" { return MemoryStoreEngine() }
        if place.hasPrefix("sqlite:") {
            return SQLiteStoreEngine(configuration: .init(path: String(place.dropFirst("sqlite:".count))))
        }
        return try RedisStoreEngine(configuration: RedisConfiguration(url: place))
    }

    private static func run(
        _ calls: Int, _ scripts: ScriptHost, _ completion: @escaping (Result<Void, Diagnostic>) -> Void
    ) {
        let text = """
            local tasks = {}
            for n = 1, \(inFlight) do
              tasks[n] = function()
                for _ = 1, \(calls / inFlight) do
                  assert(moondial.store.count({ "number", "n" .. n }, { limit = 1000000, window_s = 60 }).allowed)
                end
              end
            end
            moondial.all(tasks)
            """
        scripts.run(RuleSource(name: .label("benchmark"), text: Array(text.utf8))) { completion($0.map { _ in }) }
    }
}

/// How long calls took, in nanoseconds. Used on one event loop.
private final class CallTimes: @unchecked Sendable {
    var values: [Double] = []
}

private struct TimedStoreEngine: StoreEngine {
    private let engine: any StoreEngine
    private let times: CallTimes

    init(_ engine: any StoreEngine, _ times: CallTimes) {
        self.engine = engine
        self.times = times
    }

    var description: String { engine.description }

    func makeStore(on eventLoop: any EventLoop) -> any Store { TimedStore(engine.makeStore(on: eventLoop), times) }

    func close() async { await engine.close() }

    private final class TimedStore: Store {
        private let store: any Store
        private let times: CallTimes

        init(_ store: any Store, _ times: CallTimes) {
            self.store = store
            self.times = times
        }

        func perform(
            _ command: StoreCommand, deadline: NIODeadline,
            completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) {
            let start = CPU.wall()
            store.perform(command, deadline: deadline) { [times] result in
                times.values.append(CPU.wall() - start)
                completion(result)
            }
        }

        func close() { store.close() }
    }
}
