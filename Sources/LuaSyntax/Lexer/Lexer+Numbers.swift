// SPDX-License-Identifier: MIT

import TextFormats

extension Lexer {
    /// Takes all bytes that could belong to a numeral before it parses them, as Lua does: `3x` is one malformed
    /// numeral.
    mutating func number() throws(SyntaxProblem) -> Number {
        let start = position
        let isHexadecimal = byte == UInt8(ascii: "0") && byte(after: 1).map { $0 | 0x20 } == UInt8(ascii: "x")
        if isHexadecimal { position += 2 }
        let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
        while let byte {
            if byte | 0x20 == exponent {
                position += 1
                if self.byte == UInt8(ascii: "-") || self.byte == UInt8(ascii: "+") { position += 1 }
            } else if byte == UInt8(ascii: ".") || Hexadecimal.value(byte) != nil {
                position += 1
            } else {
                break
            }
        }
        if let byte, Self.isLetter(byte) { position += 1 }
        let text = bytes[start..<position]
        guard let value = isHexadecimal ? Self.hexadecimal(text.dropFirst(2)) : Self.decimal(text) else {
            throw problem("malformed number", from: start)
        }
        return value
    }

    /// The parts of a numeral: digits, fraction and exponent.
    private struct Parts {
        let whole: ArraySlice<UInt8>
        let fraction: ArraySlice<UInt8>?
        let exponent: ArraySlice<UInt8>?

        init?(_ text: ArraySlice<UInt8>, exponentMark: UInt8, isDigit: (UInt8) -> Bool) {
            whole = text.prefix(while: isDigit)
            var rest = text.dropFirst(whole.count)
            if rest.first == UInt8(ascii: ".") {
                let digits = rest.dropFirst().prefix(while: isDigit)
                rest = rest.dropFirst(1 + digits.count)
                fraction = digits
            } else {
                fraction = nil
            }
            if whole.isEmpty, fraction?.isEmpty ?? true { return nil }
            guard let mark = rest.first else {
                exponent = nil
                return
            }
            let sign = rest.dropFirst().prefix(1).filter { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            let digits = rest.dropFirst(1 + sign.count)
            guard mark | 0x20 == exponentMark, !digits.isEmpty, digits.allSatisfy(Lexer.isDigit) else { return nil }
            exponent = rest.dropFirst()
        }
    }

    private static func decimal(_ text: ArraySlice<UInt8>) -> Number? {
        guard let parts = Parts(text, exponentMark: UInt8(ascii: "e"), isDigit: isDigit) else { return nil }
        let whole = String(decoding: parts.whole, as: UTF8.self)
        if parts.fraction == nil, parts.exponent == nil, let integer = Int64(whole) { return .integer(integer) }
        let fraction = String(decoding: parts.fraction ?? [], as: UTF8.self)
        let exponent = parts.exponent.map { "e" + String(decoding: $0, as: UTF8.self) } ?? ""
        return .float(Double("0\(whole).\(fraction)0\(exponent)") ?? .infinity)
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> Number? {
        guard
            let parts = Parts(text, exponentMark: UInt8(ascii: "p"), isDigit: { Hexadecimal.value($0) != nil })
        else { return nil }
        if parts.fraction == nil, parts.exponent == nil {
            // Integers wrap around.
            return .integer(parts.whole.reduce(0) { $0 << 4 | Int64(Hexadecimal.value($1) ?? 0) })
        }
        let whole = String(decoding: parts.whole, as: UTF8.self)
        let fraction = String(decoding: parts.fraction ?? [], as: UTF8.self)
        let exponent = parts.exponent.map { String(decoding: $0, as: UTF8.self) } ?? "0"
        return .float(Double("0x0\(whole).\(fraction)0p\(exponent)") ?? .infinity)
    }
}
