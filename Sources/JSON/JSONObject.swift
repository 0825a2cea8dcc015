// SPDX-License-Identifier: MIT

import TextFormats

/// The members of a JSON object in the order in which they were written or added.
///
/// Keys are unique, and compared byte by byte: two spellings of one character are two keys, as in JSON. A key is
/// found in constant time: the few members of a request or reply are searched from the front, which beats hashing,
/// and an object with more of them has an index. Removing a member takes time in proportion to their number.
package struct JSONObject: Sendable {
    /// One key with its value.
    package struct Member: Sendable {
        /// The key, without quotes and escapes.
        package var key: String
        /// What the key stands for.
        package var value: JSONValue

        /// Pairs a key with its value.
        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The members in order, their keys unique.
    package private(set) var members: [Member]
    private var index: KeyIndex

    /// An object without members.
    package init() { self.init(uniqueMembers: []) }

    /// Takes members whose keys are known to be unique, without checking; for conversion from another map.
    package init(uniqueMembers members: [Member]) {
        self.init(members, index: KeyIndex(of: members))
    }

    /// Takes members whose keys are known to be unique, with their index.
    init(_ members: [Member], index: KeyIndex) {
        self.members = members
        self.index = index
    }

    /// Whether it has no members.
    package var isEmpty: Bool { members.isEmpty }

    /// The number of members.
    package var count: Int { members.count }

    /// The keys, in order.
    package var keys: [String] { members.map(\.key) }

    /// The value of `key`, or nil when there is none. Setting a new key adds it at the end, setting a present one
    /// leaves it in its place, and setting nil removes it; a JSON null is `.null`.
    package subscript(_ key: String) -> JSONValue? {
        get { index.position(of: key, in: members).map { members[$0].value } }
        set {
            let position = index.position(of: key, in: members)
            switch (position, newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil):
                members.remove(at: position)
                index = KeyIndex(of: members)
            case (nil, let value?):
                members.append(Member(key: key, value: value))
                index.noteLast(of: members)
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Keys that occur twice are a precondition failure.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(literal: elements) }

    init(literal elements: [(String, JSONValue)]) {
        self.init()
        members.reserveCapacity(elements.count)
        for (key, value) in elements {
            precondition(self[key] == nil, "key '\(key)' twice in a literal")
            self[key] = value
        }
    }
}

/// Finds the members of an object by their keys: one by one while they are few, by a hash of the bytes once they are many.
struct KeyIndex: Sendable {
    private static let few = 16
    /// Empty while there are few members.
    private var positions: [ExactKey: Int] = [:]

    init() {}

    init(of members: [JSONObject.Member]) {
        if members.count > Self.few { addAll(of: members) }
    }

    /// Where the member with this key is.
    func position(of key: String, in members: [JSONObject.Member]) -> Int? {
        guard positions.isEmpty else { return positions[ExactKey(text: key)] }
        // Through a pointer, so that reading a key does not retain it.
        return members.withUnsafeBufferPointer { members in
            for position in members.indices where members[position].key.hasSameBytes(as: key) { return position }
            return nil
        }
    }

    /// Adds the member that was just appended, whose key is new.
    mutating func noteLast(of members: [JSONObject.Member]) {
        if !positions.isEmpty {
            positions[ExactKey(text: members[members.count - 1].key)] = members.count - 1
        } else if members.count > Self.few {
            addAll(of: members)
        }
    }

    private mutating func addAll(of members: [JSONObject.Member]) {
        positions.reserveCapacity(2 * members.count)
        for (position, member) in members.enumerated() { positions[ExactKey(text: member.key)] = position }
    }

    /// A string that is compared and hashed by its bytes, not by its normal form.
    private struct ExactKey: Hashable {
        let text: String

        static func == (one: Self, other: Self) -> Bool { one.text.hasSameBytes(as: other.text) }

        func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
    }
}
