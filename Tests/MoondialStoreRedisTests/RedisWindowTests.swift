// SPDX-License-Identifier: MIT

import Generators
import MoondialStore
import NIOCore
import RESP
import RedisServers
import Testing

@testable import MoondialStoreRedis

/// The Lua script on the server gives the same results as `WindowLog`, which MoondialStoreTests compare with a model.
struct RedisWindowTests {
    /// The script with a clock that the test sets.
    private static let script = RedisScript(keys: 2, "local clock = tonumber(ARGV[4])\n" + RedisScript.counting)

    private struct Step {
        let key: String
        let request: CountRequest
        let time: Int64
    }

    private static func expectSameResults(_ steps: [Step]) async throws {
        let server = try await RedisServer.start()
        let admin = try await RedisStoreTests.admin(server)
        var logs: [String: WindowLog] = [:]
        for start in stride(from: 0, to: steps.count, by: 1000) {
            let part = steps[start..<min(start + 1000, steps.count)]
            let replies = await admin.send(
                part.map { step in
                    Self.script.eval(
                        [
                            .text("c:\(step.key)"), .text("w:\(step.key)"), .integer(step.request.limit),
                            .integer(step.request.windowMicroseconds),
                            .integer(step.request.cost), .integer(step.time),
                        ])
                }, timeout: .seconds(60))
            for (step, reply) in zip(part, replies) {
                let value = try reply.get()
                let actual = RedisStore.count(value, limit: step.request.limit)
                let window = step.request.windowMicroseconds
                let expected = logs[step.key, default: WindowLog(window: window)]
                    .count(step.request, at: StoreTime(microseconds: step.time))
                guard case .success(.count(let result))? = actual, result == expected else {
                    Issue.record("\(step): expected \(expected), got \(value)")
                    return
                }
            }
        }
        try await admin.close()
    }

    @Test func scriptCountsRandomSequencesLikeWindowLog() async throws {
        var generator = SeededGenerator(seed: 4)
        var steps: [Step] = []
        // Long windows: keys expire by the server's real clock, which must not happen during the test.
        for sequence in 0..<2000 {
            let window = Int64(generator.pick([600_000_000, 600_000_007]))
            let limit = Int64(generator.pick([0, 1, 2, 3, 5, 9]))
            var now: Int64 = 1_700_000_000_000_000
            for _ in 0..<generator.below(14) {
                let random = Int64(generator.below(Int(window)))
                now += generator.pick([0, 1, -1, window / 3, window / 2, window - 1, window, random])
                let request = try #require(
                    CountRequest(
                        limit: generator.chance(10) ? limit + 1 : limit, window: .microseconds(window),
                        cost: Int64(generator.pick([1, 1, 1, 1, 0, 2, 5]))))
                steps.append(Step(key: "\(sequence)", request: request, time: now))
            }
        }
        try await Self.expectSameResults(steps)
    }

    @Test func scriptCountsWithAFullLogLikeWindowLog() async throws {
        var generator = SeededGenerator(seed: 5)
        var now: Int64 = 1_700_000_000_000_000
        var steps: [Step] = []
        for _ in 0..<6000 {
            now += Int64(generator.below(400_000))
            let request = try #require(
                CountRequest(limit: 2500, window: .seconds(600), cost: Int64(1 + generator.below(2))))
            steps.append(Step(key: "a", request: request, time: now))
        }
        try await Self.expectSameResults(steps)
    }
}
