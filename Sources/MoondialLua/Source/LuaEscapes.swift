// SPDX-License-Identifier: MIT

import TextFormats

/// The escape sequences of short strings (reference manual, section 3.1).
package enum LuaEscapes {
    /// The content of a short string with these bytes between its quotation marks. Bytes of no escape sequence stay.
    package static func decoded(_ literal: some Collection<UInt8>) -> [UInt8] {
        var reader = Reader(rest: Array(literal)[...])
        var result: [UInt8] = []
        while let byte = reader.rest.popFirst() {
            if byte == UInt8(ascii: "\\") { reader.escape(into: &result) } else { result.append(byte) }
        }
        return result
    }

    private static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
    ]

    private struct Reader {
        var rest: ArraySlice<UInt8>

        /// Decodes what follows a backslash.
        mutating func escape(into result: inout [UInt8]) {
            guard let byte = rest.popFirst() else { return }
            switch byte {
            case UInt8(ascii: "z"):
                rest = rest.drop(while: LuaLexer.isSpace)
            case UInt8(ascii: "x"):
                result.append(UInt8(truncatingIfNeeded: number(digits: 2, radix: 16)))
            case UInt8(ascii: "u"):
                if rest.first == UInt8(ascii: "{") { rest.removeFirst() }
                let value = number(digits: .max, radix: 16)
                if rest.first == UInt8(ascii: "}") { rest.removeFirst() }
                if let scalar = Unicode.Scalar(UInt32(value)) {
                    result += Array(String(scalar).utf8)
                }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if LuaLexer.isLineEnd(byte, rest.first) { rest.removeFirst() }
                result.append(UInt8(ascii: "\n"))
            case _ where LuaLexer.isDigit(byte):
                result.append(UInt8(truncatingIfNeeded: number(from: Int(byte - 0x30), digits: 2, radix: 10)))
            default:
                result.append(simple[byte] ?? byte)
            }
        }

        /// The value of at most so many digits; one above the largest of Lua stands for all larger ones.
        private mutating func number(from start: Int = 0, digits: Int, radix: Int) -> Int {
            var value = start
            var count = 0
            while count < digits, let byte = rest.first, let digit = Hexadecimal.value(byte), digit < radix {
                value = min(value * radix + Int(digit), 1 << 31)
                rest.removeFirst()
                count += 1
            }
            return value
        }
    }
}
