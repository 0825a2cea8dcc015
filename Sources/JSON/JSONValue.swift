// SPDX-License-Identifier: MIT

import TextFormats

/// One JSON value (RFC 8259), with 64-bit integers kept exact.
///
/// A number literal without fraction and exponent is an `integer`, every other one a `double`; the two are never
/// equal, so `9000` and `9000.0` stay apart. Equality and hashing of objects take the order of the members into
/// account; strings and keys compare by their bytes.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A finite number. JSON has no NaN and no infinity: code that converts other numbers has to check them first, and
    /// writing a value that is not finite is a precondition failure.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The string, or null for nil.
    package init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }

    /// The integer, or null for nil.
    package init(_ number: Int64?) { self = number.map(JSONValue.integer) ?? .null }

    /// The text if this is a string, else nil.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number if this is an integer, else nil. A double is never converted, whatever its value.
    package var integerValue: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number if it is whole, however it was written, and fits an `Int64`; else nil. To JSON, 60000.0 is an integer.
    package var wholeNumber: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The truth value if this is a boolean, else nil.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements if this is an array, else nil.
    package var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members if this is an object, else nil.
    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// How deep arrays and objects are nested: 0 for a scalar, 1 for `[]`.
    package var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.lazy.map(\.value.depth).max() ?? 0)
        case .null, .bool, .integer, .double, .string: 0
        }
    }

    /// The member named `key` if this is an object that has it, else nil. A member whose value is `null` is `.null`.
    package subscript(_ key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}

extension JSONValue: Hashable {
    package static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.double(let one), .double(let other)): one == other
        case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): value.hashBytes(into: &hasher)
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSONObject: Hashable {
    package static func == (one: Self, other: Self) -> Bool {
        one.count == other.count
            && zip(one.members, other.members).allSatisfy { $0.key.hasSameBytes(as: $1.key) && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for member in members {
            member.key.hashBytes(into: &hasher)
            hasher.combine(member.value)
        }
    }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int64) { self = .integer(value) }

    package init(floatLiteral value: Double) { self = .double(value) }

    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Keys that occur twice are a precondition failure.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(literal: elements)) }
}
