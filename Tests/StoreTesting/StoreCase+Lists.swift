// SPDX-License-Identifier: MIT

import MoondialStore

extension StoreCase {
    static let lists: Section = [
        (
            "a list that was never loaded is an error",
            { store in
                let member = try StoreMember([0x61])
                try await store.expectFailure(.noSuchList, of: .has(store.list(), member))
            }
        ),
        (
            "a list has its members and no others",
            { store in
                let list = try store.list()
                try expect(try await store.load(["a", "b", "月"], into: list), 3)
                for member in ["a", "b", "月"] { try expect(try await store.has(list, member), true) }
                for member in ["c", "A", "ab"] { try expect(try await store.has(list, member), false) }
            }
        ),
        (
            "an empty list has no members, and is no error",
            { store in
                try expect(try await store.load([], into: store.list()), 0)
                try expect(try await store.has(store.list(), "a"), false)
                try expect(try await store.lists(), ["blocklist": 0])
            }
        ),
        (
            "a member that comes twice counts once",
            { store in try expect(try await store.load(["a", "b", "a"], into: store.list()), 2) }
        ),
        (
            "a member can be any bytes",
            { store in
                let list = try store.list()
                let member = try StoreMember([0xFF, 0, 0x0A])
                let load = try await store.begin(list)
                _ = try await store.reply(to: .appendToLoad(load, [member]))
                _ = try await store.reply(to: .commitLoad(load))
                try expect(try await store.flag(.has(list, member)), true)
                try expect(try await store.flag(.has(list, StoreMember([0xFE, 0, 0x0A]))), false)
            }
        ),
        (
            "a load is invisible until it is committed",
            { store in
                let list = try store.list()
                try await store.load(["old"], into: list)
                let load = try await store.begin(list)
                _ = try await store.reply(to: .appendToLoad(load, StoreFixture.members(["new"])))
                try expect(try await store.has(list, "old"), true)
                try expect(try await store.has(list, "new"), false)
                try expect(try await store.integer(.commitLoad(load)), 1)
                try expect(try await store.has(list, "old"), false)
                try expect(try await store.has(list, "new"), true)
            }
        ),
        (
            "a load in several parts",
            { store in
                let list = try store.list()
                let load = try await store.begin(list)
                for part in 0..<5 {
                    let members = try StoreFixture.members((0..<1000).map { "\(part)-\($0)" })
                    try expect(try await store.reply(to: .appendToLoad(load, members)), .done)
                }
                try expect(try await store.integer(.commitLoad(load)), 5000)
                try expect(try await store.has(list, "4-999"), true)
                try expect(try await store.lists(), ["blocklist": 5000])
            }
        ),
        (
            "a load that was given up leaves the list",
            { store in
                let list = try store.list()
                try await store.load(["old"], into: list)
                let load = try await store.begin(list)
                _ = try await store.reply(to: .appendToLoad(load, StoreFixture.members(["new"])))
                try expect(try await store.reply(to: .cancelLoad(load)), .done)
                try expect(try await store.has(list, "old"), true)
                try await store.expectFailure(.unavailable, of: .commitLoad(load))
                try await store.expectFailure(.unavailable, of: .appendToLoad(load, []))
            }
        ),
        (
            "a load is committed once",
            { store in
                let load = try await store.begin(store.list())
                try expect(try await store.integer(.commitLoad(load)), 0)
                try await store.expectFailure(.unavailable, of: .commitLoad(load))
                try expect(try await store.reply(to: .cancelLoad(load)), .done)
                try expect(try await store.has(store.list(), "a"), false)
            }
        ),
        (
            "two loads of one list do not mix",
            { store in
                let list = try store.list()
                let first = try await store.begin(list)
                let second = try await store.begin(list)
                _ = try await store.reply(to: .appendToLoad(first, StoreFixture.members(["1"])))
                _ = try await store.reply(to: .appendToLoad(second, StoreFixture.members(["2"])))
                try expect(try await store.integer(.commitLoad(second)), 1)
                try expect(try await store.has(list, "1"), false)
                try expect(try await store.integer(.commitLoad(first)), 1)
                try expect(try await store.has(list, "2"), false)
                try expect(try await store.has(list, "1"), true)
            }
        ),
        (
            "both stores of an engine see a list",
            { store in
                try await store.load(["a"], into: store.list())
                let member = try StoreMember([0x61])
                try expect(try await store.other.result(of: .has(store.list(), member)).get(), .flag(true))
            }
        ),
        (
            "a deleted list was never loaded",
            { store in
                try expect(try await store.flag(.deleteList(store.list())), false)
                try await store.load(["a"], into: store.list())
                try expect(try await store.flag(.deleteList(store.list())), true)
                try await store.expectFailure(.noSuchList, of: .has(store.list(), StoreMember([0x61])))
                try expect(try await store.lists(), [:])
            }
        ),
        (
            "lists of a namespace are named with their size",
            { store in
                try await store.load(["a", "b"], into: store.list("deny"))
                try await store.load(["a"], into: store.list("allow"))
                _ = try await store.begin(store.list("unfinished"))
                try expect(try await store.lists(), ["allow": 1, "deny": 2])
            }
        ),
    ]

    static let listings: Section = [
        ("a namespace without entries lists none", { store in try expect(try await store.entries(), []) }),
        (
            "values are listed with what remains of their lifetime",
            { store in
                try await store.set(store.key("a"), "1")
                try await store.set(store.key("b"), "2", for: .seconds(60))
                let entries = try await store.entries().sorted { $0.key.name < $1.key.name }
                try expect(entries.map(\.key), [store.key("a"), store.key("b")])
                try expect(entries.map(\.content), [.value([0x31]), .value([0x32])])
                try expect(entries[0].remaining, nil)
                let remaining = entries[1].remaining ?? .zero
                try expect(remaining > .seconds(30) && remaining <= .seconds(60), true, "\(remaining)")
            }
        ),
        (
            "counters are listed with their windows",
            { store in
                let key = try store.key("a", "b")
                try await store.count(key, limit: 5, window: .seconds(60))
                try await store.count(key, limit: 5, window: .seconds(60), cost: 2)
                try await store.count(key, limit: 5, window: .seconds(3600))
                let entries = try await store.entries()
                try expect(entries.allSatisfy { $0.key == key && $0.remaining != nil }, true)
                let contents = Set(entries.map(\.content))
                try expect(
                    contents,
                    [
                        .counter(window: .seconds(60), used: 3), .counter(window: .seconds(3600), used: 1),
                    ])
            }
        ),
        (
            "pages list each entry",
            { store in
                for number in 0..<50 { try await store.set(store.key("\(number)"), "1") }
                let names = Set(try await store.entries(pageSize: 7).map(\.key.name))
                try expect(names, Set((0..<50).map { "\($0)" }))
            }
        ),
        (
            "lists are no entries",
            { store in
                try await store.load(["a"], into: store.list())
                try expect(try await store.entries(), [])
            }
        ),
        (
            "what has expired is not listed",
            { store in
                try await store.set(store.key("a"), "1", for: .milliseconds(10))
                try await store.advance(.milliseconds(10))
                try expect(try await store.entries(), [])
            }
        ),
    ]

    static let concurrency: Section = [
        (
            "of many counts at once exactly the limit is allowed",
            { store in
                let key = try store.key("a")
                guard let request = CountRequest(limit: 37, window: .seconds(3600)) else { return }
                let commands = Array(repeating: StoreCommand.count(key, request), count: 200)
                async let first = store.caller.results(of: commands)
                async let second = store.other.results(of: commands)
                let allowed = try await (first + second).filter { result in
                    guard case .count(let count) = try result.get() else { return false }
                    return count.allowed
                }
                try expect(allowed.count, 37)
            }
        ),
        (
            "of many adds at once exactly one sets",
            { store in
                let key = try store.key("a")
                let commands = Array(repeating: StoreCommand.add(key, value: [0x31], lifetime: nil), count: 100)
                async let first = store.caller.results(of: commands)
                async let second = store.other.results(of: commands)
                let replies = try await (first + second).map { try $0.get() }
                try expect(replies.filter { $0 == .flag(true) }.count, 1)
            }
        ),
        (
            "no increment is lost",
            { store in
                let key = try store.key("a")
                let commands = Array(repeating: StoreCommand.increment(key, by: 1, lifetime: nil), count: 100)
                async let first = store.caller.results(of: commands)
                async let second = store.other.results(of: commands)
                let sums = try await (first + second).map { try $0.get() }
                try expect(Set(sums), Set((1...200).map { .integer($0) }))
            }
        ),
        (
            "replies belong to their commands",
            { store in
                let keys = try (0..<100).map { try store.key("\($0)") }
                for (number, key) in keys.enumerated() { try await store.set(key, "\(number)") }
                let replies = try await store.caller.results(of: keys.map { .get($0) }).map { try $0.get() }
                try expect(replies, (0..<100).map { .value(Array("\($0)".utf8)) })
            }
        ),
        (
            "commands of one store are executed in their order",
            { store in
                let key = try store.key("a")
                let results = await store.caller.results(of: [
                    .set(key, value: [0x31], lifetime: nil), .increment(key, by: 1, lifetime: nil), .get(key),
                    .delete(key), .get(key),
                ])
                let replies = try results.map { try $0.get() }
                try expect(replies, [.done, .integer(2), .value([0x32]), .flag(true), .value(nil)])
            }
        ),
        (
            "a closed store refuses",
            { store in
                let other = store.other
                try await other.close()
                let result = try await other.result(of: .get(store.key("a")))
                guard case .failure(let error) = result else { throw StoreCaseFailure("expected a refusal") }
                try expect(error.kind, .unavailable)
            }
        ),
    ]
}
