// SPDX-License-Identifier: MIT

import MoondialLua

/// Finds phones and tokens in free text.
struct SensitiveText {
    private static let shortestToken = 20
    private static let tokenPrefix = "STsid"
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// With phones masked and tokens replaced.
    var redacted: String {
        Self.replacingTokens(in: Self.maskingPhones(in: text))
    }

    /// Whether a text in the place of a token is no secret: a token of the simulator, or a short word.
    static func isHarmlessToken(_ text: String) -> Bool {
        if text.hasPrefix("sim:") { return true }
        return text.utf8.count < 8 && !text.hasPrefix(tokenPrefix) && text.utf8.allSatisfy(isWordByte)
    }

    /// Whether a run of a token's characters is too long and too mixed to be a word.
    ///
    /// `isName`: a name of Lua may be long and hold digits; it has to look more like a token.
    static func isToken(_ run: Substring, isName: Bool = false) -> Bool {
        if run.hasPrefix(tokenPrefix), run.utf8.count > tokenPrefix.utf8.count { return true }
        guard run.utf8.count >= shortestToken else { return false }
        let hasDigit = run.utf8.contains(where: LuaLexer.isDigit)
        let hasUpper = run.utf8.contains { (0x41...0x5A).contains($0) }
        let hasLower = run.utf8.contains { (0x61...0x7A).contains($0) }
        if isName { return hasDigit && hasUpper && hasLower }
        let hasSign = run.utf8.contains(UInt8(ascii: "+")) || run.utf8.contains(UInt8(ascii: "="))
        return hasDigit || hasSign || (hasUpper && hasLower)
    }

    // MARK: - Phones

    /// Eleven digits that begin with 13 to 19, with or without the country code, also in groups with blanks or hyphens.
    private static func maskingPhones(in text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard LuaLexer.isDigit(bytes[index]) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let digits = digits(in: bytes, from: index)
            if let phone = phone(digits.digits) {
                result += phone.utf8
                index = digits.end
            } else {
                let end = bytes[index...].firstIndex { !LuaLexer.isDigit($0) } ?? bytes.count
                let plain = String(decoding: bytes[index..<end], as: UTF8.self)
                result += (phone(plain) ?? plain).utf8
                index = end
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The digits from a place on, across single blanks and hyphens.
    private static func digits(in bytes: [UInt8], from start: Int) -> (digits: String, end: Int) {
        var digits = ""
        var index = start
        while index < bytes.count {
            if LuaLexer.isDigit(bytes[index]) {
                digits.unicodeScalars.append(UnicodeScalar(bytes[index]))
                index += 1
            } else if [0x20, UInt8(ascii: "-")].contains(bytes[index]), index + 1 < bytes.count,
                LuaLexer.isDigit(bytes[index + 1])
            {
                index += 1
            } else {
                break
            }
        }
        return (digits, index)
    }

    /// The masked phone, when the digits are one.
    private static func phone(_ digits: String) -> String? {
        var number = digits[...]
        for code in ["0086", "86"] where digits.utf8.count == 11 + code.utf8.count && digits.hasPrefix(code) {
            number = digits.dropFirst(code.utf8.count)
        }
        guard number.utf8.count == 11, number.first == "1", let second = number.dropFirst().first, second >= "3"
        else { return nil }
        return digits.prefix(digits.count - 8) + "****" + digits.suffix(4)
    }

    // MARK: - Tokens

    private static func replacingTokens(in text: String) -> String {
        var result = ""
        var run = text.startIndex
        let scalars = text.unicodeScalars
        var index = run
        func flush(_ end: String.Index) {
            let piece = text[run..<end]
            result += isToken(piece) ? HistoryRedaction.tokenMark : String(piece)
        }
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if !isTokenScalar(scalar) {
                flush(index)
                result.unicodeScalars.append(scalar)
                run = next
            }
            index = next
        }
        flush(scalars.endIndex)
        return result
    }

    /// The alphabets of base64, base64url, hexadecimal numbers and UUIDs.
    private static func isTokenScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return false }
        let byte = UInt8(scalar.value)
        return isWordByte(byte) || [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "=")].contains(byte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        LuaLexer.isWord(byte) || byte == UInt8(ascii: "-")
    }
}
