// SPDX-License-Identifier: MIT

import Testing
import TextFormats

struct ByteWriterTests {
    private func text(_ write: (inout ByteWriter) -> Void) -> String {
        var output = ByteWriter(capacity: 1)
        write(&output)
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [0, 7, 10, 99, 100, 9000, -1, -120, .max, .min] as [Int64])
    func integersAreWrittenInDecimalDigits(number: Int64) {
        #expect(text { $0.append(number) } == String(number))
    }

    @Test(
        arguments: [(0, 3, "000"), (7, 3, "007"), (123, 3, "123"), (1234, 3, "1234"), (0, 1, "0")]
            as [(UInt64, Int, String)])
    func numbersArePaddedWithZeros(number: UInt64, digits: Int, expected: String) {
        #expect(text { $0.append(decimal: number, digits: digits) } == expected)
    }

    @Test func largestNumberHasTwentyDigits() {
        #expect(text { $0.append(decimal: .max, digits: 1) } == "18446744073709551615")
    }

    @Test func hexadecimalHasSixteenDigits() {
        #expect(text { $0.append(hexadecimal: 0) } == "0000000000000000")
        #expect(text { $0.append(hexadecimal: 0x0123_4567_89AB_CDEF) } == "0123456789abcdef")
    }

    @Test func textsAreAppended() {
        let written = text { output in
            output.append("a" as StaticString)
            output.append(String(repeating: "ü", count: 100))
            output.append(UInt8(ascii: "z"))
        }
        #expect(written == "a" + String(repeating: "ü", count: 100) + "z")
    }

    @Test func keysAreSeparatedByCommas() {
        let written = text { output in
            output.append(key: "a", isFirst: true)
            output.append(key: "bc", isFirst: false)
        }
        #expect(written == #""a":,"bc":"#)
    }

    /// The writer checks eight bytes at once, so every byte is tested at every place of texts of several lengths.
    @Test func bytesThatNeedAnEscapeAreFoundAtEveryPlace() {
        for length in [1, 7, 8, 9, 15, 16, 17, 20] {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "~"), count: length)
                    text[place] = byte
                    var output = ByteWriter(capacity: 4)
                    let isPlain = text.withUnsafeBufferPointer { output.append(quoted: $0) }
                    let isExpected = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != 0x5C
                    guard isPlain == isExpected, output.array == (isPlain ? [0x22] + text + [0x22] : []) else {
                        Issue.record("byte \(byte) at \(place) of \(length)")
                        return
                    }
                }
            }
        }
    }

    @Test func textThatNeedsAnEscapeIsNotAppendedAsQuoted() {
        for escaped in ["\"", "\\", "\n", "\u{7F}", "ü"] {
            var output = ByteWriter(capacity: 4)
            var text = "a" + escaped
            #expect(!text.withUTF8 { output.append(quoted: $0) })
            #expect(output.count == 0)
        }
        var output = ByteWriter(capacity: 1)
        var plain = "a b"
        #expect(plain.withUTF8 { output.append(quoted: $0) })
        #expect(output.array == Array(#""a b""#.utf8))
    }
}
