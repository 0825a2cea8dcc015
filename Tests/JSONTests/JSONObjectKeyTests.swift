// SPDX-License-Identifier: MIT

import Generators
import JSON
import Testing
import TextFormats

/// Objects compare keys by their bytes and find them in constant time.
struct JSONObjectKeyTests {
    /// The same character, written in two ways.
    private static let (composed, decomposed) = ("\u{E9}", "e\u{301}")

    @Test func twoSpellingsOfOneCharacterAreTwoKeys() throws {
        #expect(Self.composed == Self.decomposed, "as Swift compares strings")
        let object: JSONObject = [Self.composed: 1, Self.decomposed: 2]
        #expect(object[Self.composed] == 1)
        #expect(object[Self.decomposed] == 2)
        let parsed = try JSONValue.parse(JSONValue.object(object).bytes)
        #expect(parsed.objectValue?.count == 2)
    }

    @Test func stringsWithDifferentBytesAreNotEqual() {
        #expect(JSONValue.string(Self.composed) != JSONValue.string(Self.decomposed))
        #expect(JSONValue.object([Self.composed: 1]) != JSONValue.object([Self.decomposed: 1]))
        let one: JSONValue = ["a": [1, "x"], "b": .null]
        let other: JSONValue = ["a": [1, "x"], "b": .null]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["b": .null, "a": [1, "x"]], "the order counts")
        #expect(Set<JSONValue>([.string(Self.composed), .string(Self.decomposed), .string(Self.composed)]).count == 2)
    }

    /// Compares an object with a list of pairs, also above the size from which keys are indexed.
    @Test(arguments: 0..<20)
    func objectBehavesLikeAListOfPairs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var object = JSONObject()
        var pairs: [(key: [UInt8], value: JSONValue)] = []
        for step in 0..<300 {
            let key =
                "k\(Int.random(in: 0..<60, using: &random))" + (Bool.random(using: &random) ? "e\u{301}" : "\u{E9}")
            let value: JSONValue? = Int.random(in: 0..<4, using: &random) == 0 ? nil : .integer(Int64(step))
            let place = pairs.firstIndex { $0.key == Array(key.utf8) }
            #expect(object[key] == place.map { pairs[$0].value })
            object[key] = value
            switch (place, value) {
            case (let place?, let value?): pairs[place].value = value
            case (let place?, nil): pairs.remove(at: place)
            case (nil, let value?): pairs.append((Array(key.utf8), value))
            case (nil, nil): break
            }
            #expect(object.keys.map { Array($0.utf8) } == pairs.map(\.key))
            #expect(object.members.map(\.value) == pairs.map(\.value))
        }
    }

    /// With quadratic time, or with keys normalized for each comparison, this test would take many minutes.
    @Test(.timeLimit(.minutes(10)))
    func manyKeysTakeLinearTime() throws {
        var object = JSONObject()
        for number in 0..<30_000 { object["a\u{301}\u{316}\u{300}\(number)"] = .integer(Int64(number)) }
        for number in 0..<30_000 where object["a\u{301}\u{316}\u{300}\(number)"] != .integer(Int64(number)) {
            Issue.record("key \(number) is not found")
        }
        let parsed = try JSONValue.parse(JSONValue.object(object).bytes)
        #expect(parsed == .object(object))
    }

    @Test(arguments: [("1", 0), ("[]", 1), ("{}", 1), (#"{"a":[1,{"b":[]}]}"#, 4), ("[[],[[]],1]", 3)])
    func depthIsThatOfTheDeepestValue(text: String, depth: Int) throws {
        #expect(try JSONValue.parse(Array(text.utf8)).depth == depth)
    }

    @Test(arguments: [("", "a"), ("a", "b"), ("a", "aa"), ("e\u{301}", "\u{E9}"), ("z", "\u{E9}")])
    func stringsAreOrderedByTheirBytes(smaller: String, larger: String) {
        #expect(smaller.precedesInBytes(larger))
        #expect(!larger.precedesInBytes(smaller))
        #expect(!smaller.precedesInBytes(smaller))
        #expect(smaller.hasSameBytes(as: smaller) && !smaller.hasSameBytes(as: larger))
    }
}
