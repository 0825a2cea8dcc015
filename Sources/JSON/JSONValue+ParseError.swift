// SPDX-License-Identifier: MIT

extension JSONValue {
    /// Why, and where, bytes are not a JSON document that this module accepts.
    ///
    /// The text never quotes the document, which may hold a phone number or a token.
    package struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What went wrong.
        package let code: Code
        /// Where it went wrong, in bytes from the start of the document.
        package let offset: Int
        /// The line, from 1; lines end with a line feed.
        package let line: Int
        /// The column, from 1, in Unicode scalars; in bytes from the first that is not UTF-8.
        package let column: Int

        init(_ code: Code, offset: Int, in document: UnsafeRawBufferPointer) {
            self.code = code
            self.offset = offset
            var line = 1
            var column = 1
            for byte in document[..<offset] {
                if byte == UInt8(ascii: "\n") {
                    line += 1
                    column = 1
                } else if byte & 0b1100_0000 != 0b1000_0000 {
                    column += 1
                }
            }
            self.line = line
            self.column = column
        }

        /// Such as "expected ',' or '}' at line 1, column 14".
        package var description: String { "\(code.message) at line \(line), column \(column)" }
    }
}

extension JSONValue.ParseError {
    /// What went wrong, as a closed list. The raw value is a short name for metrics and for Lua's `err.kind`.
    package enum Code: String, Sendable, CaseIterable {
        case empty
        case tooLarge = "too_large"
        case tooDeep = "too_deep"
        case byteOrderMark = "byte_order_mark"
        case unexpectedEnd = "unexpected_end"
        case expectedValue = "expected_value"
        case expectedKey = "expected_key"
        case expectedColon = "expected_colon"
        case expectedCommaOrBrace = "expected_comma_or_brace"
        case expectedCommaOrBracket = "expected_comma_or_bracket"
        case trailingComma = "trailing_comma"
        case trailingBytes = "trailing_bytes"
        case duplicateKey = "duplicate_key"
        case invalidLiteral = "invalid_literal"
        case invalidNumber = "invalid_number"
        case leadingZero = "leading_zero"
        case integerOutOfRange = "integer_out_of_range"
        case doubleOutOfRange = "double_out_of_range"
        case controlCharacter = "control_character"
        case invalidEscape = "invalid_escape"
        case loneSurrogate = "lone_surrogate"
        case invalidUTF8 = "invalid_utf8"
        case stopped

        /// The same in words.
        package var message: String {
            switch self {
            case .empty: "expected a value, found nothing"
            case .tooLarge: "document is larger than allowed"
            case .tooDeep: "arrays and objects are nested deeper than allowed"
            case .byteOrderMark: "a byte order mark is not allowed"
            case .unexpectedEnd: "document ends too early"
            case .expectedValue: "expected a value"
            case .expectedKey: "expected a key in double quotes or '}'"
            case .expectedColon: "expected ':'"
            case .expectedCommaOrBrace: "expected ',' or '}'"
            case .expectedCommaOrBracket: "expected ',' or ']'"
            case .trailingComma: "a comma must be followed by another value"
            case .trailingBytes: "expected nothing after the value"
            case .duplicateKey: "key occurs twice in one object"
            case .invalidLiteral: "expected 'true', 'false' or 'null'"
            case .invalidNumber: "expected a digit"
            case .leadingZero: "a number must not start with a superfluous zero"
            case .integerOutOfRange: "integer does not fit 64 bits"
            case .doubleOutOfRange: "number is too large for a double"
            case .controlCharacter: "a control character in a string must be escaped"
            case .invalidEscape: "invalid escape sequence in a string"
            case .loneSurrogate: "escaped surrogate without its other half"
            case .invalidUTF8: "bytes are not UTF-8"
            case .stopped: "parsing was stopped"
            }
        }
    }
}
