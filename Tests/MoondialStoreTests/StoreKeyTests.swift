// SPDX-License-Identifier: MIT

import MoondialStore
import Testing

struct StoreKeyTests {
    private static func key(_ parts: String...) throws -> StoreKey {
        try StoreKey(namespace: StoreNamespace("n"), parts: parts.map { Array($0.utf8) })
    }

    @Test func separatorsInPartsAreEscaped() throws {
        #expect(try Self.key("a", "b").name == "a:b")
        #expect(try Self.key("a:b").name == "a%3Ab")
        #expect(try Self.key("a%3Ab").name == "a%253Ab")
        #expect(try Self.key("a", "").name == "a:")
        #expect(try Self.key("", "").name == ":")
    }

    @Test(arguments: [["a"], ["a", "b"], ["", "x", ""], ["%", ":"], ["月", "\u{0}"], ["%41"]])
    func partsCanBeReadFromTheName(_ parts: [String]) throws {
        let bytes = parts.map { Array($0.utf8) }
        #expect(try StoreKey(namespace: StoreNamespace("n"), parts: bytes).parts == bytes)
    }

    @Test func lengthLimitAppliesBeforeEscaping() throws {
        _ = try Self.key(String(repeating: ":", count: 128), String(repeating: ":", count: 127))
        #expect(throws: StoreNameError.tooLong(bytes: 257, limit: 256)) {
            try Self.key(String(repeating: "a", count: 128), String(repeating: "a", count: 128))
        }
        #expect(throws: StoreNameError.empty) { try Self.key() }
        #expect(throws: StoreNameError.empty) { try Self.key("") }
    }

    @Test func namespaceIsAWordOfAtMost64Bytes() throws {
        #expect(try StoreNamespace("app-1.rules_2").text == "app-1.rules_2")
        #expect(throws: StoreNameError.empty) { try StoreNamespace("") }
        #expect(throws: StoreNameError.badCharacter) { try StoreNamespace("a b") }
        #expect(throws: StoreNameError.badCharacter) { try StoreNamespace("{a}") }
        #expect(throws: StoreNameError.tooLong(bytes: 65, limit: 64)) {
            try StoreNamespace(String(repeating: "a", count: 65))
        }
    }

    @Test func memberIsOneTo256Bytes() throws {
        #expect(try StoreMember([0xFF]).text == "%FF")
        #expect(throws: StoreNameError.empty) { try StoreMember([]) }
        #expect(throws: StoreNameError.tooLong(bytes: 257, limit: 256)) {
            try StoreMember(Array(repeating: 0, count: 257))
        }
    }

    @Test func lifetimeIsRoundedUpToMilliseconds() {
        #expect(StoreLifetime(.zero) == nil)
        #expect(StoreLifetime(.nanoseconds(1))?.milliseconds == 1)
        #expect(StoreLifetime(.microseconds(1001))?.milliseconds == 2)
        #expect(StoreLifetime(StoreLifetime.maximum)?.milliseconds == 34_560_000_000)
        #expect(StoreLifetime(StoreLifetime.maximum + .nanoseconds(1)) == nil)
    }
}
