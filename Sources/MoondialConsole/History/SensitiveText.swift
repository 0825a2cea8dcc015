// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

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
        Self.replacingTokens(in: PhoneForm.maskingAll(in: text))
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
