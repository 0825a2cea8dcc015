// SPDX-License-Identifier: MIT

import MoondialStore

extension StoreCase {
    static let counting: Section = [
        (
            "the first count is allowed",
            { store in
                let result = try await store.count(store.key("a"), limit: 3)
                try expect(result, CountResult(allowed: true, used: 1, limit: 3, retryAfter: nil))
            }
        ),
        (
            "counts up to the limit are allowed, and the next is not",
            { store in
                let key = try store.key("a")
                for used in 1...5 { try expect(try await store.count(key, limit: 5).used, Int64(used)) }
                let result = try await store.count(key, limit: 5)
                try expect(result.allowed, false)
                try expect(result.used, 5)
                try expect(result.limit, 5)
            }
        ),
        (
            "what was refused is not counted",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1)
                for _ in 0..<10 { try expect(try await store.count(key, limit: 1).allowed, false) }
                let result = try await store.count(key, limit: 2)
                try expect(result.allowed, true)
                try expect(result.used, 2)
            }
        ),
        (
            "a limit of zero allows nothing",
            { store in
                let result = try await store.count(store.key("a"), limit: 0)
                try expect(result, CountResult(allowed: false, used: 0, limit: 0, retryAfter: nil))
            }
        ),
        (
            "a cost above the limit is refused for ever",
            { store in
                let result = try await store.count(store.key("a"), limit: 3, cost: 4)
                try expect(result, CountResult(allowed: false, used: 0, limit: 3, retryAfter: nil))
            }
        ),
        (
            "costs add up",
            { store in
                let key = try store.key("a")
                try expect(try await store.count(key, limit: 10, cost: 7).used, 7)
                let refused = try await store.count(key, limit: 10, cost: 4)
                try expect(refused.allowed, false)
                try expect(refused.used, 7)
                try expect(try await store.count(key, limit: 10, cost: 3).used, 10)
            }
        ),
        (
            "a cost of zero says how much is used, and counts nothing",
            { store in
                let key = try store.key("a")
                try expect(try await store.count(key, limit: 2, cost: 0).used, 0)
                try await store.count(key, limit: 2)
                try await store.count(key, limit: 2)
                let result = try await store.count(key, limit: 2, cost: 0)
                try expect(result, CountResult(allowed: true, used: 2, limit: 2, retryAfter: nil))
            }
        ),
        (
            "the largest numbers are exact",
            { store in
                let key = try store.key("a")
                let most = CountRequest.amounts.upperBound
                try expect(try await store.count(key, limit: most, cost: most - 1).used, most - 1)
                try expect(try await store.count(key, limit: most, cost: 2).allowed, false)
                try expect(try await store.count(key, limit: most, cost: 1).used, most)
            }
        ),
        (
            "a raised limit has room at once",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1)
                try expect(try await store.count(key, limit: 1).allowed, false)
                try expect(try await store.count(key, limit: 5).allowed, true)
            }
        ),
        (
            "a lowered limit refuses, and what is used stays",
            { store in
                let key = try store.key("a")
                for _ in 0..<5 { try await store.count(key, limit: 5) }
                let result = try await store.count(key, limit: 2)
                try expect(result.allowed, false)
                try expect(result.used, 5)
            }
        ),
        (
            "keys count apart",
            { store in
                try await store.count(store.key("a"), limit: 1)
                try expect(try await store.count(store.key("b"), limit: 1).allowed, true)
            }
        ),
        (
            "windows of different lengths count apart",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1, window: .seconds(60))
                try expect(try await store.count(key, limit: 1, window: .seconds(61)).used, 1)
                try expect(try await store.count(key, limit: 1, window: .seconds(60)).allowed, false)
            }
        ),
        (
            "more moments than a log holds stay exact in their sum",
            { store in
                let key = try store.key("a")
                guard let request = CountRequest(limit: 3000, window: .seconds(86_400)) else { return }
                let results = await store.caller.results(of: Array(repeating: .count(key, request), count: 3001))
                let last = try results.map { try $0.get() }
                guard case .count(let refused)? = last.last else { throw StoreCaseFailure("no count") }
                try expect(refused.allowed, false)
                try expect(refused.used, 3000)
            }
        ),
        (
            "both stores of an engine see one count",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 2)
                guard let request = CountRequest(limit: 2, window: .seconds(3600)) else { return }
                guard case .count(let result) = try await store.other.result(of: .count(key, request)).get() else {
                    throw StoreCaseFailure("no count")
                }
                try expect(result.used, 2)
                try expect(try await store.count(key, limit: 2).allowed, false)
            }
        ),
    ]

    static let windows: Section = [
        (
            "what leaves the window has room again",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1, window: .milliseconds(30))
                try await store.advance(.milliseconds(30))
                let result = try await store.count(key, limit: 1, window: .milliseconds(30))
                try expect(result.allowed, true)
                try expect(result.used, 1)
            }
        ),
        (
            "a refusal says when there is room, within the window",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1, window: .seconds(60))
                let retry = try await store.count(key, limit: 1, window: .seconds(60)).retryAfter
                guard let retry else { throw StoreCaseFailure("no time") }
                try expect(retry > .seconds(30) && retry <= .seconds(60), true, "\(retry)")
            }
        ),
        (
            "after the time of a refusal the same request is allowed",
            { store in
                let key = try store.key("a")
                let window = Duration.milliseconds(40)
                try await store.count(key, limit: 2, window: window)
                try await store.advance(.milliseconds(5))
                try await store.count(key, limit: 2, window: window)
                // Where time cannot be set, the window may have passed already.
                guard let retry = try await store.count(key, limit: 2, window: window).retryAfter else { return }
                try expect(retry <= window, true)
                try await store.advance(retry)
                try expect(try await store.count(key, limit: 2, window: window).allowed, true)
            }
        ),
        (
            "the time of a refusal is that of the cost",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 3, window: .seconds(60))
                try await store.advance(.milliseconds(20))
                try await store.count(key, limit: 3, window: .seconds(60), cost: 2)
                // The later question gets the shorter time: this order cannot make the difference smaller.
                let two = try await store.count(key, limit: 3, window: .seconds(60), cost: 2).retryAfter
                let one = try await store.count(key, limit: 3, window: .seconds(60)).retryAfter
                guard let one, let two else { throw StoreCaseFailure("no time") }
                try expect(two - one > .milliseconds(10), true, "\(one), \(two)")
            }
        ),
        (
            "counting goes on in the next window",
            { store in
                let key = try store.key("a")
                for _ in 0..<3 {
                    try expect(try await store.count(key, limit: 1, window: .milliseconds(20)).allowed, true)
                    try await store.advance(.milliseconds(20))
                }
            }
        ),
        (
            "the longest window counts",
            { store in
                let key = try store.key("a")
                let window = CountRequest.windows.upperBound
                try await store.count(key, limit: 1, window: window)
                let result = try await store.count(key, limit: 1, window: window)
                try expect(result.allowed, false)
                try expect((result.retryAfter ?? .zero) > window - .seconds(60), true)
            }
        ),
        (
            "a counter that left its window is not listed",
            { store in
                try await store.count(store.key("a"), limit: 1, window: .milliseconds(10))
                try await store.advance(.milliseconds(12))
                try expect(try await store.entries(), [])
            }
        ),
    ]
}
