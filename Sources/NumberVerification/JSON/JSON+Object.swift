// SPDX-License-Identifier: MIT

extension JSON {
    /// The members of a JSON object in the order in which they were written or added.
    ///
    /// Keys are unique, and compared byte by byte: two spellings of one character are two keys, as in JSON. Looking up
    /// a key searches from the front, which for the handful of members of a request or reply beats hashing.
    package struct Object: Sendable, Hashable {
        /// One key with its value.
        package struct Member: Sendable, Hashable {
            /// The key, without quotes and escapes.
            package var key: String
            /// What the key stands for.
            package var value: JSON

            /// Pairs the two.
            package init(key: String, value: JSON) {
                self.key = key
                self.value = value
            }
        }

        /// The members in order, their keys unique.
        package private(set) var members: [Member]

        /// An object without members.
        package init() { self.members = [] }

        /// Takes members whose keys are known to be unique, without checking; for conversion from another map.
        package init(uniqueMembers members: [Member]) { self.members = members }

        /// Whether it has no members.
        package var isEmpty: Bool { members.isEmpty }

        /// The number of members.
        package var count: Int { members.count }

        /// The keys, in order.
        package var keys: [String] { members.map(\.key) }

        /// The value of `key`, or nil when there is none. Setting a new key adds it at the end, setting a present one
        /// leaves it in its place, and setting nil removes it; a JSON null is `.null`.
        package subscript(_ key: String) -> JSON? {
            get {
                for member in members where member.key.hasSameBytes(as: key) { return member.value }
                return nil
            }
            set {
                let index = members.firstIndex { $0.key.hasSameBytes(as: key) }
                switch (index, newValue) {
                case (let index?, let value?): members[index].value = value
                case (let index?, nil): members.remove(at: index)
                case (nil, let value?): members.append(Member(key: key, value: value))
                case (nil, nil): break
                }
            }
        }
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    /// Keys that occur twice are a precondition failure.
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(literal: elements) }

    init(literal elements: [(String, JSON)]) {
        self.init()
        members.reserveCapacity(elements.count)
        for (key, value) in elements {
            precondition(self[key] == nil, "key '\(key)' twice in a literal")
            members.append(Member(key: key, value: value))
        }
    }
}

extension String {
    /// Equality of bytes. Swift's `==` also holds for canonically equivalent strings; it goes first because it is
    /// a comparison of two words for short strings, and whatever it tells apart differs in its bytes too.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        self == other && utf8.elementsEqual(other.utf8)
    }
}
