// SPDX-License-Identifier: MIT

import Generators
import MoondialStore
import Testing

/// The model: keeps every count, and sums all of them for each request.
struct NaiveWindow {
    private(set) var moments: [(time: Int64, cost: Int64)] = []

    func used(window: Int64, at now: Int64) -> Int64 {
        moments.reduce(0) { $1.time > now - window && $1.time <= now ? $0 + $1.cost : $0 }
    }

    mutating func count(_ request: CountRequest, at now: Int64) -> CountResult {
        let window = request.windowMicroseconds
        let used = used(window: window, at: now)
        if used + request.cost <= request.limit {
            moments.append((now, request.cost))
            return CountResult(allowed: true, used: used + request.cost, limit: request.limit, retryAfter: nil)
        }
        let retry = moments.map { $0.time + window }.filter { $0 > now }.sorted()
            .first { self.used(window: window, at: $0) + request.cost <= request.limit }
        let retryAfter = request.cost <= request.limit ? retry.map { Duration.microseconds($0 - now) } : nil
        return CountResult(allowed: false, used: used, limit: request.limit, retryAfter: retryAfter)
    }
}

struct WindowLogTests {
    @Test func randomSequencesAreCountedLikeTheNaiveWindow() throws {
        var generator = SeededGenerator(seed: 3)
        for sequence in 0..<100_000 {
            let window = Int64(generator.pick([1000, 1007, 5000, 60_000_000]))
            let limit = Int64(generator.pick([0, 1, 2, 3, 5, 9]))
            var log = WindowLog(window: window)
            var model = NaiveWindow()
            var now: Int64 = 1_700_000_000_000_000
            for step in 0..<generator.below(14) {
                let random = Int64(generator.below(Int(window)))
                now += generator.pick([0, 1, window / 3, window / 2, window - 1, window, random])
                let cost = Int64(generator.pick([1, 1, 1, 1, 0, 2, 5]))
                let changed = generator.chance(10) ? limit + 1 : limit
                let request = try #require(
                    CountRequest(limit: changed, window: .microseconds(window), cost: cost))
                let expected = model.count(request, at: now)
                let actual = log.count(request, at: StoreTime(microseconds: now))
                if generator.chance(10) { log = WindowLog(window: window, base: log.base, moments: Array(log.kept)) }
                if actual != expected {
                    Issue.record("sequence \(sequence), step \(step): expected \(expected), got \(actual)")
                    return
                }
            }
        }
    }

    /// Above the capacity of a log, the limit still holds in every window, and a refusal lasts at most a 512th of the
    /// window too long.
    @Test(arguments: [1500, 2000, 5000])
    func fullLogStaysWithinTheLimit(limit: Int64) throws {
        var generator = SeededGenerator(seed: UInt64(limit))
        let window: Int64 = 1_000_000
        let slack = window / WindowLog.slots + 1
        var log = WindowLog(window: window)
        var model = NaiveWindow()
        var now: Int64 = 1_700_000_000_000_000
        let request = try #require(CountRequest(limit: limit, window: .microseconds(window)))
        for _ in 0..<4000 {
            now += Int64(generator.below(400))
            let result = log.count(request, at: StoreTime(microseconds: now))
            let most = model.used(window: window + slack, at: now)
            if result.allowed {
                #expect(model.used(window: window, at: now) < limit)
                _ = model.count(request, at: now)
            } else {
                #expect(most >= limit)
            }
            #expect(log.byteCount <= 16 * (WindowLog.capacity * 2) + 64)
        }
    }

    @Test func countsAreKeptWhenTheClockIsSetBack() throws {
        var log = WindowLog(window: 1000)
        let request = try #require(CountRequest(limit: 1, window: .milliseconds(1)))
        #expect(log.count(request, at: StoreTime(microseconds: 10_000)).allowed)
        let result = log.count(request, at: StoreTime(microseconds: 5000))
        #expect(!result.allowed)
        #expect(result.retryAfter == .milliseconds(1))
        #expect(log.count(request, at: StoreTime(microseconds: 11_000)).allowed)
    }

    @Test func countRequestOutOfRangeIsNil() {
        #expect(CountRequest(limit: -1, window: .seconds(1)) == nil)
        #expect(CountRequest(limit: 1, window: .zero) == nil)
        #expect(CountRequest(limit: 1, window: .seconds(401 * 86_400)) == nil)
        #expect(CountRequest(limit: 1, window: .seconds(1), cost: -1) == nil)
        #expect(CountRequest(limit: 1_000_000_000_001, window: .seconds(1)) == nil)
    }
}
