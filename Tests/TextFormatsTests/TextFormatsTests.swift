// SPDX-License-Identifier: MIT

import Foundation
import Testing
import TextFormats

struct TextFormatsTests {
    @Test(arguments: [
        "", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{0}\u{7F}ÿ", String(repeating: "😀", count: 99),
    ])
    func base64EncodingAgreesWithFoundation(text: String) {
        #expect(Base64.encode(text.utf8) == Data(text.utf8).base64EncodedString())
    }

    @Test func hexadecimalTextHasAFixedNumberOfDigits() {
        #expect(Hexadecimal.lowercase([0, 9, 10, 0x7F, 0xFF]) == "00090a7fff")
        let bytes: [UInt8] = [0, 9, 10, 0x7F, 0xFF]
        #expect(bytes.withUnsafeBytes { Hexadecimal.lowercase($0) } == "00090a7fff")
        #expect(String(decoding: Hexadecimal.uppercase(0xAB), as: UTF8.self) == "AB")
        #expect(Hexadecimal.lowercase(UInt64(0xAB)) == "00000000000000ab")
        #expect(Hexadecimal.uppercase("\u{1B}", width: 4) == "001B")
        #expect(Hexadecimal.uppercase("\u{10FFFF}") == "10FFFF")
    }

    @Test(arguments: [
        ("1ms", Duration.milliseconds(1)), ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)),
        ("1h", .seconds(3600)), ("0060m", .seconds(3600)),
    ])
    func durationWithUnitIsRead(text: String, expected: Duration) {
        #expect(Duration(text: text, in: .milliseconds(1)...(.seconds(3600))) == expected)
    }

    @Test(arguments: [
        "", "ms", "1", "0ms", "-1s", "+1s", "1.5s", "1 s", "1S", "1d", "61m", "3601s", "٣s", "1s ", "1\u{0301}s",
        "9223372036854775807h", "92233720368547758070s",
    ])
    func durationOutOfRangeOrMalformedIsNil(text: String) {
        #expect(Duration(text: text, in: .milliseconds(1)...(.seconds(3600))) == nil)
    }

    /// Short times are converted in another way than long ones.
    @Test(arguments: [
        (Duration.zero, 0, 0.0), (.nanoseconds(499), 0, 4.99e-7), (.nanoseconds(500), 1, 5e-7),
        (.milliseconds(8999), 8_999_000, 8.999), (.seconds(9), 9_000_000, 9), (.milliseconds(9250), 9_250_000, 9.25),
        (.seconds(1_000_000_000), 1_000_000_000_000_000, 1e9),
    ])
    func durationIsConverted(duration: Duration, microseconds: Int64, seconds: Double) {
        #expect(duration.wholeMicroseconds == microseconds)
        #expect(abs(duration.inSeconds - seconds) <= abs(seconds) * 1e-12)
    }

    @Test(arguments: [
        (Duration.zero, "0.000 ms"), (.microseconds(24), "0.024 ms"), (.microseconds(999_999), "999.999 ms"),
        (.seconds(1), "1.000 s"), (.milliseconds(61_204), "61.204 s"), (.seconds(-1), "0.000 ms"),
    ])
    func shortTextOfADurationHasAUnit(duration: Duration, expected: String) {
        #expect(duration.shortText == expected)
    }

    @Test(arguments: [
        ("plain", "plain"), ("号码", "号码"), ("a\nb\tc\r", "a\\nb\\tc\\r"), ("\u{1B}[31m", "\\u{1B}[31m"),
        ("\u{202E}abc", "\\u{202E}abc"), ("\u{2028}", "\\u{2028}"), ("\u{E000}", "\\u{E000}"),
    ])
    func controlCharactersAreEscaped(text: String, expected: String) {
        #expect(String(escaping: text.utf8) == expected)
    }

    @Test func bytesThatAreNotUTF8AreEscaped() {
        #expect(
            String(escaping: [0x61, 0xFF, 0xE4, 0xBD, 0x62, 0xED, 0xA0, 0x80]) == "a\\xFF\\xE4\\xBDb\\xED\\xA0\\x80")
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (1_709_164_799_999, "2024-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func timesAreWrittenInUTC(milliseconds: Int64, text: String) {
        #expect(UTCTime.text(milliseconds: milliseconds) == text)
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] as [(Int64, String)])
    func timesAreWrittenForHTTP(seconds: Int64, text: String) {
        #expect(UTCTime.httpDate(seconds: seconds) == text)
    }

    @Test func hexadecimalTextIsDecoded() {
        #expect(Hexadecimal.decode("00fFA5") == [0, 255, 165])
        #expect(Hexadecimal.decode("") == [])
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("0g") == nil)
    }
}
