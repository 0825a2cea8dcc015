// SPDX-License-Identifier: MIT

// The stand-in shares no HTTP request code with the client: a misreading would hide on both sides.

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

    /// What a field value may hold: RFC 9110, section 5.5.
    var isFieldContent: Bool { self == UInt8(ascii: "\t") || (self >= 0x20 && self != 0x7F) }

    /// What a method or field name may hold: `tchar` of RFC 9110, section 5.6.2.
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            let others: StaticString = "!#$%&'*+-.^_`|~"
            return UnsafeBufferPointer(start: others.utf8Start, count: others.utf8CodeUnitCount).contains(self)
        }
    }

    var hexDigit: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes without blanks at both ends.
    var trimmed: UnsafeRawBufferPointer {
        guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
            return UnsafeRawBufferPointer(rebasing: self[..<0])
        }
        return UnsafeRawBufferPointer(rebasing: self[first...last])
    }

    /// Whether these are the bytes of `text`, which is in lower case, in any case.
    func isCaseless(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            let byte = self[index]
            let isCapital = UInt8(ascii: "A") <= byte && byte <= UInt8(ascii: "Z")
            if (isCapital ? byte | 0x20 : byte) != text.utf8Start[index] { return false }
        }
        return true
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}
