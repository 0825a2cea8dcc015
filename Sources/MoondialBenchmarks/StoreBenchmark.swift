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

/// The cost of a counter, with 64 calls in flight on 64 keys: processor time of the whole process per call, and the
/// duration of a call.
enum StoreBenchmark {
    private static let inFlight = 64
    private static let rounds = 3000
    private static let callsPerRun = 32

    /// Measures the store in memory, in a file (`sqlite:PATH`) or on a server (a URL).
    static func measure(_ place: String) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let engine = try engine(place)
        // Counting from a hook: the time of runs that count less the time of the same runs that do not.
        let runs = rounds * inFlight / callsPerRun
        let idle = try perRun(runs * 4, Runs.source(calls: 0), engine, on: eventLoop)
        _ = try perRun(runs / 10, Runs.source(calls: callsPerRun), engine, on: eventLoop)
        let busy = try perRun(runs, Runs.source(calls: callsPerRun), engine, on: eventLoop)
        Benchmarks.report("store-cpu", (busy - idle) / Double(callsPerRun))
        // The same counters without rules.
        let commands = try (0..<inFlight).map { number -> StoreCommand in
            let key = try StoreKey(namespace: .default, parts: [Array("number".utf8), Array("n\(number)".utf8)])
            guard let request = CountRequest(limit: 1_000_000, window: .seconds(60)) else { preconditionFailure() }
            return .count(key, request)
        }
        let times = try eventLoop.flatSubmit {
            StoreCalls(commands, engine, rounds: rounds, on: eventLoop).start()
        }.wait()
        Benchmarks.report("store-engine-cpu", times.cpu / Double(rounds * inFlight))
        let sorted = times.calls.sorted()
        Benchmarks.report("store-p50", sorted[sorted.count / 2])
        Benchmarks.report("store-p99", sorted[sorted.count * 99 / 100])
        try group.syncShutdownGracefully()
    }

    static func engine(_ place: String) throws -> any StoreEngine {
        if place == "memory" { return MemoryStoreEngine() }
        if place.hasPrefix("sqlite:") {
            return SQLiteStoreEngine(configuration: .init(path: String(place.dropFirst("sqlite:".count))))
        }
        var configuration = try RedisConfiguration(url: place)
        // On a busy machine the server may take longer to answer than a gateway would wait.
        configuration.suspensionTime = .seconds(60)
        configuration.stallTimeout = .seconds(60)
        return try RedisStoreEngine(configuration: configuration)
    }

    private static func perRun(
        _ count: Int, _ source: String, _ engine: any StoreEngine, on eventLoop: any EventLoop
    ) throws -> Double {
        try eventLoop.flatSubmit { () -> EventLoopFuture<Double> in
            let promise = eventLoop.makePromise(of: Double.self)
            do {
                try Runs(source, engine, count: count, inFlight, promise, on: eventLoop).start()
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.wait()
    }

    /// Runs that end before an attempt, a fixed number at a time.
    private final class Runs {
        private let engine: RuleEngine
        private let requests: [RunRequest]
        private let promise: EventLoopPromise<Double>
        private let count: Int
        private var left: Int
        private var unfinished: Int
        private var began = 0.0

        static func source(calls: Int) -> String {
            """
            rule "count" {
              pre_check = function(req)
                for _ = 1, \(calls) do
                  assert(moondial.store.count({ "number", req.exid }, { limit = 1000000, window_s = 60 }).allowed)
                end
                return deny "counted"
              end,
            }
            """
        }

        init(
            _ source: String, _ store: any StoreEngine, count: Int, _ inFlight: Int,
            _ promise: EventLoopPromise<Double>, on eventLoop: any EventLoop
        ) throws {
            var settings = RuleEngine.Settings(wallClock: { 0 })
            settings.store.engine = store
            settings.run.limits.storeTime = .seconds(10)
            let client = VerificationClient(of: Simulator(), eventLoop: eventLoop)
            let rules = RuleFiles([RuleSource(name: .label("benchmark"), text: Array(source.utf8))])
            engine = try RuleEngine(rules: rules, settings: settings, attempts: client, eventLoop: eventLoop)
            requests = try (0..<inFlight).map { number in
                RunRequest(
                    try VerificationRequest(phone: "13800138000", token: "STsid-example-of-a-token", exID: "n\(number)")
                )
            }
            self.count = count
            self.promise = promise
            left = count
            unfinished = count
        }

        func start() {
            began = CPU.process()
            for request in requests { next(request) }
        }

        private func next(_ request: RunRequest) {
            guard left > 0 else { return }
            left -= 1
            engine.verify(request) { [self] finished in
                precondition(finished.result.decision.reason == "counted")
                unfinished -= 1
                next(request)
                if unfinished == 0 { promise.succeed((CPU.process() - began) / Double(count)) }
            }
        }
    }
}

/// Rounds of calls that are in flight together.
final class StoreCalls {
    struct Times: Sendable {
        var cpu = 0.0
        /// The durations of the calls of every tenth round.
        var calls: [Double] = []
    }

    private let store: any Store
    private let eventLoop: any EventLoop
    private let commands: [StoreCommand]
    private let promise: EventLoopPromise<Times>
    private var roundsLeft: Int
    private var unfinished = 0
    private var times = Times()

    init(_ commands: [StoreCommand], _ engine: any StoreEngine, rounds: Int, on eventLoop: any EventLoop) {
        store = engine.makeStore(on: eventLoop)
        self.eventLoop = eventLoop
        self.commands = commands
        promise = eventLoop.makePromise()
        roundsLeft = rounds
    }

    func start() -> EventLoopFuture<Times> {
        times.cpu = -CPU.process()
        round()
        return promise.futureResult
    }

    private func round() {
        guard roundsLeft > 0 else {
            times.cpu += CPU.process()
            store.close()
            return promise.succeed(times)
        }
        roundsLeft -= 1
        unfinished = commands.count
        let deadline = NIODeadline.now() + .seconds(10)
        let isTimed = roundsLeft % 10 == 0
        for command in commands {
            let start = isTimed ? CPU.wall() : 0
            store.perform(command, deadline: deadline) { [self] result in
                guard case .success = result else { preconditionFailure("\(result)") }
                if isTimed { times.calls.append(CPU.wall() - start) }
                unfinished -= 1
                if unfinished == 0 { eventLoop.assumeIsolated().execute { self.round() } }
            }
        }
    }
}
