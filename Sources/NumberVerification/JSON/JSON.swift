// SPDX-License-Identifier: MIT

/// One JSON value (RFC 8259), with 64-bit integers kept exact.
///
/// A number literal without fraction and exponent is an `integer`, every other one a `double`; the two are never
/// equal, so `9000` and `9000.0` stay apart. Equality and hashing of objects take the order of the members into
/// account; strings compare as Swift compares them, by canonical equivalence.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A finite number. JSON has no NaN and no infinity: whoever converts foreign numbers checks before building
    /// this case, and writing a value that is not finite is a precondition failure.
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSON.Object)
}

extension JSON {
    /// The text if this is a string, else nil.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number if this is an integer, else nil. A double is never converted, whatever its value.
    package var integerValue: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The truth value if this is a boolean, else nil.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements if this is an array, else nil.
    package var arrayValue: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members if this is an object, else nil.
    package var objectValue: JSON.Object? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member named `key` if this is an object that has it, else nil. A member whose value is `null` is `.null`.
    package subscript(_ key: String) -> JSON? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int64) { self = .integer(value) }

    package init(floatLiteral value: Double) { self = .double(value) }

    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// Keys that occur twice are a precondition failure.
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(literal: elements)) }
}
