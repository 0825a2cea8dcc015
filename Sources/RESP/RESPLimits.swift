// SPDX-License-Identifier: MIT

/// What a peer may make a ``RESPParser`` hold.
package struct RESPLimits: Sendable, Hashable {
    /// How deep aggregates may be nested; a value outside of any has depth 0. The default is 32.
    package var depth = 32
    /// The length of one bulk string in bytes. The default is 1 MiB.
    package var bulkBytes = 1 << 20
    /// The length of one line without its end in bytes: a simple string, an error, a number. The default is 64 KiB.
    package var lineBytes = 64 << 10
    /// All elements of all aggregates in one value; a pair of a map counts as two. The default is 65,536.
    package var elements = 65_536
    /// All bytes of one value, framing included. The default is 16 MiB.
    package var valueBytes = 16 << 20

    /// Everything at its default.
    package init() {}
}

/// Why bytes are not a RESP value within the limits.
package enum RESPParseError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
    /// A value begins with a byte that is no RESP type.
    case badType = "bad_type"
    /// A line is malformed: a number with other characters, a line feed without carriage return, a text with either.
    case badLine = "bad_line"
    /// A length or count that is no number, negative (except -1 for null), or announced later (`?`).
    case badLength = "bad_length"
    /// A bulk string is not followed by the end of a line, or a verbatim string has no format.
    case badBulk = "bad_bulk"
    /// Beyond ``RESPLimits/depth``.
    case tooDeep = "too_deep"
    /// Beyond ``RESPLimits/bulkBytes``.
    case bulkTooLarge = "bulk_too_large"
    /// Beyond ``RESPLimits/lineBytes``.
    case lineTooLong = "line_too_long"
    /// Beyond ``RESPLimits/elements``.
    case tooManyElements = "too_many_elements"
    /// Beyond ``RESPLimits/valueBytes``.
    case valueTooLarge = "value_too_large"

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .badType: "a value begins with a byte that is no RESP type"
        case .badLine: "a line is malformed"
        case .badLength: "a length or count is malformed"
        case .badBulk: "a bulk string does not end where it should"
        case .tooDeep: "values are nested too deeply"
        case .bulkTooLarge: "a bulk string is too large"
        case .lineTooLong: "a line is too long"
        case .tooManyElements: "a value has too many elements"
        case .valueTooLarge: "a value is too large"
        }
    }
}
