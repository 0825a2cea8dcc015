// SPDX-License-Identifier: MIT

/// The set of values that an expression can have, as far as it is known.
package struct ValueType: Sendable, Hashable {
    package struct Kinds: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let `nil` = Kinds(rawValue: 1)
        package static let boolean = Kinds(rawValue: 2)
        package static let integer = Kinds(rawValue: 4)
        package static let float = Kinds(rawValue: 8)
        package static let string = Kinds(rawValue: 16)
        package static let table = Kinds(rawValue: 32)
        package static let function = Kinds(rawValue: 64)
        package static let userdata = Kinds(rawValue: 128)

        package static let number: Kinds = [.integer, .float]
        package static let all = Kinds(rawValue: 255)
    }

    package var kinds: Kinds
    /// If it is a string, one of these; nil for any string.
    package var strings: Set<String>?
    /// If it is a table or userdata, the record whose fields it has.
    package var record: String?
    /// If it is a list, the record whose fields its elements have.
    package var elements: String?
    /// Whether the value is a number that identifies something, such as a code, and so never has a fraction.
    package var isIdentifier = false

    package init(_ kinds: Kinds, strings: Set<String>? = nil, record: String? = nil, elements: String? = nil) {
        self.kinds = kinds
        self.strings = strings
        self.record = record
        self.elements = elements
    }

    package static let any = ValueType(.all)

    /// The type of a value that has one of the two types.
    func union(_ other: ValueType) -> ValueType {
        let strings: Set<String>?
        if !kinds.contains(.string) {
            strings = other.strings
        } else if !other.kinds.contains(.string) {
            strings = self.strings
        } else if let own = self.strings, let others = other.strings {
            strings = own.union(others)
        } else {
            strings = nil
        }
        return ValueType(
            kinds.union(other.kinds), strings: strings, record: record == other.record ? record : nil,
            elements: elements == other.elements ? elements : nil)
    }

    /// Whether a value can have both types.
    func overlaps(_ other: ValueType) -> Bool {
        // A float can be equal to an integer.
        let widened = Self.widened(kinds).intersection(Self.widened(other.kinds))
        if widened.isEmpty { return false }
        guard widened == .string, let own = strings, let others = other.strings else { return true }
        return !own.isDisjoint(with: others)
    }

    private static func widened(_ kinds: Kinds) -> Kinds {
        kinds.isDisjoint(with: .number) ? kinds : kinds.union(.number)
    }

    /// In words: "an integer or nil".
    var words: String {
        var parts: [String] = []
        if kinds == .all { return "anything" }
        if kinds.isSuperset(of: .number) {
            parts.append("a number")
        } else if kinds.contains(.integer) {
            parts.append("an integer")
        } else if kinds.contains(.float) {
            parts.append("a float")
        }
        if kinds.contains(.string) {
            parts.append(
                strings.map { $0.sorted().map { "\"\($0)\"" }.joined(separator: " or ") } ?? "a string")
        }
        if kinds.contains(.boolean) { parts.append("a boolean") }
        if kinds.contains(.table) { parts.append("a table") }
        if kinds.contains(.function) { parts.append("a function") }
        if kinds.contains(.userdata) { parts.append("a \(record ?? "userdata")") }
        if kinds.contains(.nil) { parts.append("nil") }
        return parts.joined(separator: " or ")
    }
}
