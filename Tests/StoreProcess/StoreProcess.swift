// SPDX-License-Identifier: MIT

import Foundation
import MoondialStore
import MoondialStoreRedis
import MoondialStoreSQLite
import NIOCore
import NIOPosix
import RedisClient
import StoreTesting

/// A program for tests that use one store from several processes.
///
/// Usage: StoreProcess count ENGINE KEYS LIMIT CALLS     prints how many counts of each key were allowed, separated by spaces
///        StoreProcess increment ENGINE KEY              prints each sum that was answered, until it is killed
///
/// ENGINE is memory, sqlite:PATH or a URL of Redis.
@main
struct StoreProcess {
    private struct Usage: Error {}

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count >= 3 else { throw Usage() }
        let engine = try engine(arguments[1])
        let group = MultiThreadedEventLoopGroup.singleton
        let namespace = try StoreNamespace("shared")
        switch (arguments[0], arguments.count) {
        case ("count", 5):
            guard let keys = Int(arguments[2]), let limit = Int64(arguments[3]), let calls = Int(arguments[4]),
                let request = CountRequest(limit: limit, window: .seconds(3600))
            else { throw Usage() }
            let commands = try (0..<calls).map { number in
                StoreCommand.count(try StoreKey(namespace: namespace, "\(number % keys)"), request)
            }
            // Two clients, each on an event loop, with 64 calls in flight.
            async let first = allowed(commands[..<(calls / 2)], keys, StoreCaller.open(engine, on: group.next()))
            async let second = allowed(commands[(calls / 2)...], keys, StoreCaller.open(engine, on: group.next()))
            print(try await zip(first, second).map { "\($0 + $1)" }.joined(separator: " "))
            await engine.close()
        case ("increment", 3):
            let caller = try await StoreCaller.open(engine, on: group.next())
            let key = try StoreKey(namespace: namespace, arguments[2])
            let commands = Array(repeating: StoreCommand.increment(key, by: 1, lifetime: nil), count: 8)
            while true {
                for result in await caller.results(of: commands) {
                    guard case .integer(let sum) = try result.get() else { throw Usage() }
                    // Written without a buffer, since the process may be killed at any moment.
                    try FileHandle.standardOutput.write(contentsOf: Data("\(sum)\n".utf8))
                }
            }
        default: throw Usage()
        }
    }

    private static func engine(_ text: String) throws -> any StoreEngine {
        if text == "memory" { return MemoryStoreEngine() }
        if text.hasPrefix("sqlite:") {
            return SQLiteStoreEngine(configuration: .init(path: String(text.dropFirst("sqlite:".count))))
        }
        var configuration = try RedisConfiguration(url: text)
        configuration.connectTimeout = .seconds(60)
        configuration.suspensionTime = .seconds(600)
        return try RedisStoreEngine(configuration: configuration)
    }

    private static func allowed(
        _ commands: ArraySlice<StoreCommand>, _ keys: Int, _ caller: StoreCaller
    ) async throws -> [Int] {
        var allowed = Array(repeating: 0, count: keys)
        for start in stride(from: commands.startIndex, to: commands.endIndex, by: 64) {
            let part = commands[start..<min(start + 64, commands.endIndex)]
            for (index, result) in zip(part.indices, await caller.results(of: Array(part), timeout: .seconds(120))) {
                guard case .count(let count) = try result.get() else { throw Usage() }
                if count.allowed { allowed[index % keys] += 1 }
            }
        }
        try await caller.close()
        return allowed
    }
}
