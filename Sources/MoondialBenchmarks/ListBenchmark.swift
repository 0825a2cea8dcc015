// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
import NIOPosix

/// The time to load a list of a million members, and then the cost of `has` and of `get`, with 64 calls in flight.
enum ListBenchmark {
    private static let members = 1_000_000
    private static let rounds = 1000

    /// Measures the store in memory, in a file (`sqlite:PATH`) or on a server (a URL).
    static func measure(_ place: String) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let engine = try StoreBenchmark.engine(place)
        let list = try StoreList(namespace: .default, name: "blocklist")
        let (start, startCPU) = (CPU.wall(), CPU.process())
        try eventLoop.flatSubmit { Loading(list, engine, on: eventLoop).start() }.wait()
        Benchmarks.report("list-load", CPU.wall() - start)
        Benchmarks.report("list-load-cpu", CPU.process() - startCPU)
        let key = try StoreKey(namespace: .default, "key")
        for (name, commands) in [
            ("has", try (0..<64).map { .has(list, try member($0 * 31_250)) }),
            ("get", Array(repeating: StoreCommand.get(key), count: 64)),
        ] {
            let calls = try eventLoop.flatSubmit {
                StoreCalls(commands, engine, rounds: rounds, on: eventLoop).start()
            }.wait()
            Benchmarks.report("list-\(name)-cpu", calls.cpu / Double(rounds * commands.count))
        }
        try group.syncShutdownGracefully()
    }

    /// The list has the members with even numbers.
    private static func member(_ number: Int) throws -> StoreMember {
        try StoreMember(Array("#0123456789abcdef\(100_000_000 + number)".utf8))
    }

    /// Loads the list, sixteen parts at a time.
    private final class Loading {
        private let list: StoreList
        private let store: any Store
        private let promise: EventLoopPromise<Void>
        private var next = 0
        private var unfinished = 0

        init(_ list: StoreList, _ engine: any StoreEngine, on eventLoop: any EventLoop) {
            self.list = list
            store = engine.makeStore(on: eventLoop)
            promise = eventLoop.makePromise()
        }

        func start() -> EventLoopFuture<Void> {
            perform(.beginLoad(list)) { [self] reply in
                guard case .load(let load) = reply else { preconditionFailure("\(reply)") }
                for _ in 0..<16 { append(to: load) }
            }
            return promise.futureResult
        }

        private func append(to load: StoreListLoad) {
            guard next < ListBenchmark.members else {
                if unfinished == 0 {
                    unfinished = -1
                    perform(.commitLoad(load)) { [self] reply in
                        precondition(reply == .integer(Int64(ListBenchmark.members)))
                        promise.succeed()
                    }
                }
                return
            }
            let part = (next..<next + StoreLimits.membersPerCommand).compactMap { try? ListBenchmark.member($0 * 2) }
            next += part.count
            unfinished += 1
            perform(.appendToLoad(load, part)) { [self] _ in
                unfinished -= 1
                append(to: load)
            }
        }

        private func perform(_ command: StoreCommand, _ completion: @escaping (StoreReply) -> Void) {
            store.perform(command, deadline: .now() + .seconds(60)) { result in
                switch result {
                case .success(let reply): completion(reply)
                case .failure(let error): preconditionFailure("\(error)")
                }
            }
        }
    }
}
