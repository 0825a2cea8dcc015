// SPDX-License-Identifier: MIT

import MoondialLua

/// How names and strings are written in Lua.
package enum LuaWords {
    /// Whether the text can stand before `=` in a table.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !LuaLexer.isDigit(first) else { return false }
        return text.utf8.allSatisfy(LuaLexer.isWord) && LuaKeyword(rawValue: text) == nil
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
}
