// SPDX-License-Identifier: MIT

import JSON
import Testing

struct JSONParsingTests {
    @Test(
        arguments: [
            ("null", .null),
            ("-0", 0),
            ("-0.0", .double(-0.0)),
            ("117270465679982593", 117_270_465_679_982_593),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775807", .integer(.max)),
            ("9000.0", 9000.0),
            ("9e3", 9000.0),
            ("9223372036854775808e0", 9_223_372_036_854_775_808.0),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("1e-400", 0.0),
            (#""a\u0000\/\ud83c\udf19\n""#, "a\u{0}/\u{1F319}\n"),
            (#"{"b":1,"a":[true,null]}"#, ["b": 1, "a": [true, .null]]),
            (#"{"phone":15813554612}"#, ["phone": 15_813_554_612]),
        ] as [(String, JSONValue)])
    func valuesAreParsedExactly(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text.utf8) == value)
    }

    @Test
    func integersAndDoublesAreDistinct() throws {
        #expect(try JSONValue.parse("9000".utf8) != JSONValue.parse("9000.0".utf8))
        #expect(try JSONValue.parse("9000.0".utf8).integerValue == nil)
        #expect(try JSONValue.parse("-0.0".utf8).description == "-0.0")
    }

    @Test
    func membersKeepTheirOrder() throws {
        let object = try #require(try JSONValue.parse(#"{"z":1,"a":2,"m":3}"#.utf8).objectValue)
        #expect(object.keys == ["z", "a", "m"])
    }

    @Test
    func canonicallyEquivalentKeysAreDifferentKeys() throws {
        let object = try JSONValue.parse(#"{"\u00e9":1,"e\u0301":2}"#.utf8)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test(
        arguments: [
            ("", .empty, 0, "expected a value, found nothing at line 1, column 1"),
            (#"{"code": 9000"#, .unexpectedEnd, 13, "document ends too early at line 1, column 14"),
            (#"{"code": 9000 "a"#, .expectedCommaOrBrace, 14, "expected ',' or '}' at line 1, column 15"),
            ("[1\n 2]", .expectedCommaOrBracket, 4, "expected ',' or ']' at line 2, column 2"),
            ("[1,\r\n2,\r\n]", .trailingComma, 9, "a comma must be followed by another value at line 3, column 1"),
            (#"{"中文":x}"#, .expectedValue, 10, "expected a value at line 1, column 7"),
            ("{a:1}", .expectedKey, 1, "expected a key in double quotes or '}' at line 1, column 2"),
            (#"{"a" 1}"#, .expectedColon, 5, "expected ':' at line 1, column 6"),
            ("{} {}", .trailingBytes, 3, "expected nothing after the value at line 1, column 4"),
            (#"{"a":1,"a":2}"#, .duplicateKey, 7, "key occurs twice in one object at line 1, column 8"),
            ("[nul]", .invalidLiteral, 4, "expected 'true', 'false' or 'null' at line 1, column 5"),
            ("-x", .invalidNumber, 1, "expected a digit at line 1, column 2"),
            ("[-01]", .leadingZero, 2, "a number must not start with a superfluous zero at line 1, column 3"),
            ("[9223372036854775808]", .integerOutOfRange, 1, "integer does not fit 64 bits at line 1, column 2"),
            ("1e309", .doubleOutOfRange, 0, "number is too large for a double at line 1, column 1"),
            ("\"a\tb\"", .controlCharacter, 2, "a control character in a string must be escaped at line 1, column 3"),
            (#""\x""#, .invalidEscape, 1, "invalid escape sequence in a string at line 1, column 2"),
            (#""\ud800""#, .loneSurrogate, 1, "escaped surrogate without its other half at line 1, column 2"),
            ("\u{FEFF}{}", .byteOrderMark, 0, "a byte order mark is not allowed at line 1, column 1"),
        ] as [(String, JSONValue.ParseError.Code, Int, String)])
    func parseErrorSaysWhatIsWrongAndWhere(
        text: String, code: JSONValue.ParseError.Code, offset: Int, description: String
    ) throws {
        let error = try #require(#expect(throws: JSONValue.ParseError.self) { try JSONValue.parse(text.utf8) })
        #expect(error.code == code)
        #expect(error.offset == offset)
        #expect(error.description == description)
    }

    @Test
    func invalidUTF8IsRefusedWithItsOffset() throws {
        let error = #expect(throws: JSONValue.ParseError.self) {
            try JSONValue.parse([UInt8(ascii: "\""), 0xC3, 0xA9, 0xED, 0xA0, 0x80, UInt8(ascii: "\"")])
        }
        #expect(try #require(error).code == .invalidUTF8)
        #expect(try #require(error).offset == 3)
    }

    @Test
    func depthAndSizeAreLimited() throws {
        func code(_ text: String, _ limits: JSONValue.Limits) -> JSONValue.ParseError.Code? {
            do {
                _ = try JSONValue.parse(text.utf8, limits: limits)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code("[[0]]", JSONValue.Limits(depth: 2)) == nil)
        #expect(code("[[[]]]", JSONValue.Limits(depth: 2)) == .tooDeep)
        #expect(code("[]", JSONValue.Limits(depth: 0)) == .tooDeep)
        #expect(code("0", JSONValue.Limits(depth: 0)) == nil)
        #expect(code("[1]", JSONValue.Limits(bytes: 3)) == nil)
        #expect(code("[1] ", JSONValue.Limits(bytes: 3)) == .tooLarge)
        let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(code(deepest, JSONValue.Limits(depth: 512)) == nil)
    }

    @Test
    func bytesThatAreNotContiguousAreParsed() throws {
        let scattered = "{\"a\": [1, 2]}".utf8.lazy.filter { _ in true }
        #expect(try JSONValue.parse(scattered) == ["a": [1, 2]])
    }
}
