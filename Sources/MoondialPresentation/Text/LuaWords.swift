// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

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
        String.forEachPiece(of: Array(bytes)) { scalar in
            result += escaped(scalar)
            return true
        } otherByte: { byte in
            result += escaped(byte)
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
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: return escaped(UInt8(scalar.value))
        case _ where scalar.isUnprintable: return "\\u{\(Hexadecimal.uppercase(scalar))}"
        default: return String(Character(scalar))
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        "\\x" + String(decoding: Hexadecimal.uppercase(byte), as: UTF8.self)
    }
}
