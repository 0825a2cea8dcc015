// SPDX-License-Identifier: MIT

/// How names and strings are written in Lua.
package enum LuaWords {
    package static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// Whether the text can stand before `=` in a table.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isNameByte(first), !isDigit(first) else { return false }
        return text.utf8.allSatisfy(isNameByte) && !keywords.contains(text)
    }

    /// A string literal: printable characters as they are, everything else escaped.
    package static func quoted(_ bytes: some Collection<UInt8>) -> String {
        var result = "\""
        var rest = Array(bytes)[...]
        while let first = rest.first {
            let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            if let text = String(validating: rest.prefix(width), as: UTF8.self), let scalar = text.unicodeScalars.first
            {
                result += escaped(scalar)
                rest = rest.dropFirst(width)
            } else {
                result += "\\x" + hex(first)
                rest = rest.dropFirst()
            }
        }
        return result + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: return "\\x" + hex(UInt8(scalar.value))
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        default: return String(Character(scalar))
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}
