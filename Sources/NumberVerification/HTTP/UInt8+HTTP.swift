// SPDX-License-Identifier: MIT

extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let zero = UInt8(ascii: "0")

    var isDigit: Bool { self >= .zero && self <= UInt8(ascii: "9") }

    var isBlank: Bool { self == .space || self == .tab }

    /// ASCII letters in lower case, all else as it is.
    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    var hexadecimal: Int? {
        switch lowercased {
        case .zero...UInt8(ascii: "9"): Int(self - .zero)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(lowercased - UInt8(ascii: "a")) + 10
        default: nil
        }
    }

    /// Allowed in a field value or reason phrase: RFC 9110, section 5.5.
    var isFieldContent: Bool { self >= .space && self != 0x7F || self == .tab }

    /// Allowed in a field name: `tchar` of RFC 9110, section 5.6.2.
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            .zero...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
