// SPDX-License-Identifier: MIT

import MoondialStore

extension StoreCase {
    static let values: Section = [
        ("a missing value is nil", { store in try expect(try await store.get(store.key("a")), nil) }),
        (
            "a value is what was set",
            { store in
                try await store.set(store.key("a"), "{\"x\":1}")
                try expect(try await store.get(store.key("a")), "{\"x\":1}")
            }
        ),
        (
            "a value can be empty",
            { store in
                try await store.set(store.key("a"), "")
                try expect(try await store.get(store.key("a")), "")
            }
        ),
        (
            "a value can be any bytes",
            { store in
                let key = try store.key("a")
                let bytes = (0...255).map { UInt8($0) }
                try expect(try await store.reply(to: .set(key, value: bytes, lifetime: nil)), .done)
                try expect(try await store.reply(to: .get(key)), .value(bytes))
            }
        ),
        (
            "a value of 16 KiB is kept",
            { store in
                let key = try store.key("a")
                let bytes = Array(repeating: UInt8(0x61), count: StoreLimits.valueBytes)
                try expect(try await store.reply(to: .set(key, value: bytes, lifetime: nil)), .done)
                try expect(try await store.reply(to: .get(key)), .value(bytes))
            }
        ),
        (
            "a longer value is refused, and the old one stays",
            { store in
                let key = try store.key("a")
                try await store.set(key, "old")
                let bytes = Array(repeating: UInt8(0x61), count: StoreLimits.valueBytes + 1)
                try await store.expectFailure(.valueTooLarge, of: .set(key, value: bytes, lifetime: nil))
                try await store.expectFailure(.valueTooLarge, of: .add(key, value: bytes, lifetime: nil))
                try expect(try await store.get(key), "old")
            }
        ),
        (
            "set replaces",
            { store in
                try await store.set(store.key("a"), "1")
                try await store.set(store.key("a"), "2")
                try expect(try await store.get(store.key("a")), "2")
            }
        ),
        (
            "add sets what is absent",
            { store in
                try expect(try await store.add(store.key("a"), "1"), true)
                try expect(try await store.get(store.key("a")), "1")
            }
        ),
        (
            "add leaves what is present",
            { store in
                try await store.set(store.key("a"), "1")
                try expect(try await store.add(store.key("a"), "2"), false)
                try expect(try await store.get(store.key("a")), "1")
            }
        ),
        (
            "delete says whether there was a value",
            { store in
                let key = try store.key("a")
                try expect(try await store.flag(.delete(key)), false)
                try await store.set(key, "1")
                try expect(try await store.flag(.delete(key)), true)
                try expect(try await store.flag(.delete(key)), false)
                try expect(try await store.get(key), nil)
            }
        ),
        (
            "add sets what was deleted",
            { store in
                try await store.set(store.key("a"), "1")
                _ = try await store.flag(.delete(store.key("a")))
                try expect(try await store.add(store.key("a"), "2"), true)
            }
        ),
        (
            "delete forgets the counters of all windows",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 1, window: .seconds(60))
                try await store.count(key, limit: 1, window: .seconds(3600))
                try expect(try await store.flag(.delete(key)), true)
                try expect(try await store.count(key, limit: 1, window: .seconds(60)).allowed, true)
                try expect(try await store.count(key, limit: 1, window: .seconds(3600)).allowed, true)
            }
        ),
        (
            "a value and a counter of one key do not meet",
            { store in
                let key = try store.key("a")
                try await store.count(key, limit: 5)
                try expect(try await store.get(key), nil)
                try await store.set(key, "text")
                try expect(try await store.count(key, limit: 5).used, 2)
                try expect(try await store.get(key), "text")
            }
        ),
    ]

    static let lifetimes: Section = [
        (
            "a value ends with its lifetime",
            { store in
                try await store.set(store.key("a"), "1", for: .milliseconds(20))
                try await store.advance(.milliseconds(20))
                try expect(try await store.get(store.key("a")), nil)
            }
        ),
        (
            "a value is there before its end",
            { store in
                try await store.set(store.key("a"), "1", for: .seconds(3600))
                try await store.advance(.milliseconds(20))
                try expect(try await store.get(store.key("a")), "1")
            }
        ),
        (
            "set without a lifetime keeps what had one",
            { store in
                try await store.set(store.key("a"), "1", for: .milliseconds(20))
                try await store.set(store.key("a"), "2")
                try await store.advance(.milliseconds(25))
                try expect(try await store.get(store.key("a")), "2")
            }
        ),
        (
            "add sets what has expired",
            { store in
                try await store.set(store.key("a"), "1", for: .milliseconds(10))
                try await store.advance(.milliseconds(10))
                try expect(try await store.add(store.key("a"), "2"), true)
                try expect(try await store.get(store.key("a")), "2")
            }
        ),
        (
            "add that sets nothing leaves the lifetime",
            { store in
                try await store.set(store.key("a"), "1")
                try expect(try await store.add(store.key("a"), "2", for: .milliseconds(10)), false)
                try await store.advance(.milliseconds(12))
                try expect(try await store.get(store.key("a")), "1")
            }
        ),
        (
            "delete of what has expired finds nothing",
            { store in
                try await store.set(store.key("a"), "1", for: .milliseconds(10))
                try await store.advance(.milliseconds(10))
                try expect(try await store.flag(.delete(store.key("a"))), false)
            }
        ),
        (
            "the longest lifetime is kept",
            { store in
                try await store.set(store.key("a"), "1", for: StoreLifetime.maximum)
                let remaining = try await store.entries().first?.remaining
                try expect((remaining ?? .zero) > StoreLifetime.maximum - .seconds(60), true)
            }
        ),
    ]

    static let increments: Section = [
        (
            "a missing value is incremented from zero",
            { store in try expect(try await store.increment(store.key("a")), 1) }
        ),
        (
            "increments add up, also by negative amounts",
            { store in
                let key = try store.key("a")
                try expect(try await store.increment(key, by: 5), 5)
                try expect(try await store.increment(key, by: -7), -2)
                try expect(try await store.get(key), "-2")
            }
        ),
        (
            "a value of digits can be incremented",
            { store in
                try await store.set(store.key("a"), "41")
                try expect(try await store.increment(store.key("a")), 42)
            }
        ),
        (
            "an increment of zero makes a zero",
            { store in
                try expect(try await store.increment(store.key("a"), by: 0), 0)
                try expect(try await store.get(store.key("a")), "0")
            }
        ),
        (
            "other values cannot be incremented, and stay",
            { store in
                for text in ["text", "1.5", "", " 1", "01", "+1", "9223372036854775808", "null"] {
                    let key = try store.key("a", text)
                    try await store.set(key, text)
                    try await store.expectFailure(.notAnInteger, of: .increment(key, by: 1, lifetime: nil))
                    try expect(try await store.get(key), text)
                }
            }
        ),
        (
            "64 bits are exact, and their ends are not passed",
            { store in
                let key = try store.key("a")
                try expect(try await store.increment(key, by: .max - 1), .max - 1)
                try expect(try await store.increment(key), .max)
                try await store.expectFailure(.notAnInteger, of: .increment(key, by: 1, lifetime: nil))
                try expect(try await store.get(key), "9223372036854775807")
                let lowest = try store.key("b")
                try expect(try await store.increment(lowest, by: .min), .min)
                try await store.expectFailure(.notAnInteger, of: .increment(lowest, by: -1, lifetime: nil))
            }
        ),
        (
            "the lifetime begins with the first increment",
            { store in
                let key = try store.key("a")
                try await store.increment(key, for: .seconds(60))
                try await store.advance(.milliseconds(25))
                try await store.increment(key, for: .seconds(60))
                let remaining = try await store.entries().first?.remaining
                try expect((remaining ?? .seconds(60)) <= .seconds(60) - .milliseconds(25), true)
            }
        ),
        (
            "an increment leaves the lifetime of a value",
            { store in
                let key = try store.key("a")
                try await store.set(key, "1")
                try await store.increment(key, for: .milliseconds(10))
                try await store.advance(.milliseconds(12))
                try expect(try await store.get(key), "2")
            }
        ),
        (
            "what has expired is incremented from zero",
            { store in
                try await store.set(store.key("a"), "41", for: .milliseconds(10))
                try await store.advance(.milliseconds(10))
                try expect(try await store.increment(store.key("a")), 1)
            }
        ),
    ]

    static let keys: Section = [
        (
            "parts of keys are not mixed up",
            { store in
                try await store.set(store.key("a:b"), "1")
                try expect(try await store.get(store.key("a", "b")), nil)
                try await store.set(store.key("a", "b"), "2")
                try expect(try await store.get(store.key("a:b")), "1")
                try expect(try await store.get(store.key("a%3Ab")), nil)
            }
        ),
        (
            "keys can be any text",
            { store in
                let texts = ["Grüße", "月", "a b", "{a}", "*", "\n", "\u{0}", "'; --", "\u{E9}", "e\u{301}", "%", "%25"]
                for text in texts { try await store.set(store.key(text), text) }
                for text in texts {
                    try expect(try await store.reply(to: .get(store.key(text))), .value(Array(text.utf8)))
                }
                let listed = try await store.entries().map { $0.key.parts.map { String(decoding: $0, as: UTF8.self) } }
                try expect(listed.count, texts.count)
                for text in texts { try expect(listed.contains([text]), true) }
            }
        ),
        (
            "keys of 256 bytes are kept",
            { store in
                let key = try store.key(String(repeating: ":", count: 256))
                try await store.set(key, "1")
                try expect(try await store.count(key, limit: 1).allowed, true)
                try expect(try await store.get(key), "1")
            }
        ),
        (
            "namespaces are apart",
            { store in
                let other = try StoreNamespace(store.namespace.text + "-other")
                try await store.set(store.key("a"), "1")
                try await store.set(StoreKey(namespace: other, "a"), "2")
                try expect(try await store.get(store.key("a")), "1")
                try expect(try await store.entries().count, 1)
            }
        ),
    ]
}
