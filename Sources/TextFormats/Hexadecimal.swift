// SPDX-License-Identifier: MIT

/// Bytes and numbers in hexadecimal digits.
package enum Hexadecimal {
    /// Two lower-case digits a byte.
    package static func lowercase(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            digits.append(digit(byte >> 4, ten: "a"))
            digits.append(digit(byte & 15, ten: "a"))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The same for bytes in memory, without the cost of generic code.
    package static func lowercase(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
            for (index, byte) in bytes.enumerated() {
                digits[2 * index] = digit(byte >> 4, ten: "a")
                digits[2 * index + 1] = digit(byte & 15, ten: "a")
            }
            return 2 * bytes.count
        }
    }

    /// The bytes of two digits each, in upper or lower case; nil for anything else.
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map(value)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of a digit in ASCII, in upper or lower case; nil for any other byte.
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The two upper-case digits of a byte, as ASCII.
    package static func uppercase(_ byte: UInt8) -> [UInt8] {
        [digit(byte >> 4, ten: "A"), digit(byte & 15, ten: "A")]
    }

    /// The number of a scalar in upper-case digits, with zeros in front up to `width` digits.
    package static func uppercase(_ scalar: Unicode.Scalar, width: Int = 1) -> String {
        padded(String(scalar.value, radix: 16, uppercase: true), to: width)
    }

    /// Sixteen lower-case digits.
    package static func lowercase(_ number: UInt64) -> String {
        withUnsafeBytes(of: number.bigEndian) { lowercase($0) }
    }

    /// The number of sixteen digits, in upper or lower case; nil for anything else.
    package static func number(_ text: String) -> UInt64? {
        guard let bytes = decode(text), bytes.count == 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func padded(_ digits: String, to width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func digit(_ value: UInt8, ten: Unicode.Scalar) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: ten) + value - 10
    }
}
