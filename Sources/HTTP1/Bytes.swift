// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// Classes of bytes, as RFC 9110 and RFC 9112 define them.
extension UInt8 {
    /// Horizontal tab.
    package static let tab = UInt8(ascii: "\t")
    /// The second byte of every line end.
    package static let lineFeed = UInt8(ascii: "\n")
    /// The first byte of every line end.
    package static let carriageReturn = UInt8(ascii: "\r")
    /// The space, 0x20.
    package static let space = UInt8(ascii: " ")
    /// Separates the elements of a list.
    package static let comma = UInt8(ascii: ",")
    /// Ends a field name.
    package static let colon = UInt8(ascii: ":")
    /// Begins a chunk extension.
    package static let semicolon = UInt8(ascii: ";")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")

    /// 0 to 9.
    package var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// Space or tab.
    package var isBlank: Bool { self == .space || self == .tab }

    /// A to Z or a to z.
    package var isLetter: Bool { lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "z") }

    /// ASCII letters in lower case, every other byte as it is.
    package var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    /// Allowed in a field value or reason phrase: RFC 9110, section 5.5.
    package var isFieldContent: Bool { self >= .space && self != 0x7F || self == .tab }

    /// Allowed in a method or field name: `tchar` of RFC 9110, section 5.6.2.
    package var isTokenCharacter: Bool {
        // A bit for each: digits, letters, and !#$%&'*+-.^_`|~
        let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return self < 128 && bits >> UInt64(self & 63) & 1 == 1
    }

    /// Allowed in the host and port of a Host field or an absolute target: RFC 3986, section 3.2, without user and
    /// password.
    var isAuthorityCharacter: Bool {
        if isLetter || isDigit { return true }
        switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), .semicolon, UInt8(ascii: "="), .colon,
            UInt8(ascii: "["), UInt8(ascii: "]"):
            return true
        default: return false
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are `text`, which is in lower-case ASCII, without regard to the case of the bytes.
    func matches(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where self[index].lowercased != text.utf8Start[index] { return false }
        return true
    }

    /// Whether the bytes begin with `text`, which is in lower-case ASCII, without regard to the case of the bytes.
    func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[..<text.utf8CodeUnitCount]).matches(text)
    }

    /// The index of the first line feed from `start` on, or nil without one.
    func lineFeed(from start: Int) -> Int? {
        guard let base = baseAddress, start < count,
            let found = memchr(base + start, CInt(UInt8.lineFeed), count - start)
        else { return nil }
        return base.distance(to: UnsafeRawPointer(found))
    }

    /// The bytes without spaces and tabs at both ends.
    var trimmed: UnsafeRawBufferPointer {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// Whether all bytes are allowed in a field value. Examines eight at a time.
    var areFieldContent: Bool {
        guard let base = baseAddress else { return true }
        return PlainBytes.areAll(base, count) || allSatisfy { $0.isFieldContent }
    }

    /// The bytes as text; bytes that are not UTF-8 are replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}
