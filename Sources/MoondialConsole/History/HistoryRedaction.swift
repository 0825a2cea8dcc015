// SPDX-License-Identifier: MIT

import MoondialLua
package import MoondialRules
import TextFormats

/// Removes phones, tokens and secrets from a block before it is written to a file.
///
/// The block is read as Lua. A value in the place of a token or secret is replaced as a whole. In all other strings,
/// comments and numbers, texts that look like a phone are masked, and texts that look like a token are replaced. In
/// doubt a text is replaced; the simulator's `sim:` tokens and short words stay.
package enum HistoryRedaction {
    static let tokenMark = "<token>"
    private static let phoneMark = "****"

    /// The block as it may be kept. `redactor` also removes what was submitted, in any place; with nil, the default,
    /// only the form of the texts counts.
    package static func redacted(_ text: String, _ redactor: Redactor? = nil) -> String {
        // The arguments of a command are not Lua.
        if text.utf8.first == UInt8(ascii: ":") {
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            let kept = words.map { hidden(String($0), redactor) }
            return SensitiveText(kept.joined(separator: " ")).redacted
        }
        let lua = LuaText(Array(text.utf8))
        var roles = RedactionRoles(lua)
        var result: [UInt8] = []
        var position = 0
        for index in lua.tokens.indices {
            let token = lua.tokens[index]
            let role = roles.next(index)
            guard let replacement = replacement(for: token, role: role, in: lua, redactor) else { continue }
            result += lua.bytes[position..<token.range.lowerBound]
            result += replacement.utf8
            position = token.range.upperBound
        }
        result += lua.bytes[position...]
        // A submitted text may also be in the block without quotes, across several tokens of Lua.
        return hidden(String(decoding: result, as: UTF8.self), redactor)
    }

    /// Whether a kept block has the marks of removed secrets.
    static func hasMarks(_ text: [UInt8]) -> Bool {
        // Reads bytes, for speed: ten thousand blocks are checked before the first prompt.
        text.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: "*") {
                let rest = bytes[index...]
                if rest.starts(with: tokenMark.utf8) || rest.starts(with: phoneMark.utf8) { return true }
            }
            return false
        }
    }

    private static func hidden(_ text: String, _ redactor: Redactor?) -> String {
        redactor?.text(text) ?? text
    }

    /// The same for the content of a string literal: a secret may be written with escape sequences.
    private static func hidden(escaped literal: String, quote: String, _ redactor: Redactor?) -> String {
        guard let redactor, literal.utf8.contains(UInt8(ascii: "\\")) else { return hidden(literal, redactor) }
        let meant = String(decoding: LuaEscapes.decoded(literal.utf8), as: UTF8.self)
        let kept = redactor.text(meant)
        guard kept != meant else { return redactor.text(literal) }
        return String(escaping: kept.replacing("\\", with: "\\\\").replacing(quote, with: "\\" + quote).utf8)
    }

    private static func replacement(
        for token: LuaToken, role: RedactionRoles.Role, in lua: LuaText, _ redactor: Redactor?
    ) -> String? {
        switch token.kind {
        case .string, .unclosed:
            // An unclosed comment has no role.
            let content = lua.text(token.content)
            let opening = lua.text(token.range.lowerBound..<token.content.lowerBound)
            let closing = lua.text(token.content.upperBound..<token.range.upperBound)
            let isShort = token.opening == 1 && token.kind == .string
            let known = isShort ? hidden(escaped: content, quote: opening, redactor) : hidden(content, redactor)
            let kept = redacted(known, role: role)
            return kept == content ? nil : opening + kept + closing
        case .comment:
            let content = lua.text(token)
            let kept = SensitiveText(hidden(content, redactor)).redacted
            return kept == content ? nil : kept
        case .number:
            let digits = lua.text(token)
            if role == .token || role == .secret { return "\"\(tokenMark)\"" }
            let kept = SensitiveText(hidden(digits, redactor)).redacted
            return kept == digits ? nil : "\"\(kept)\""
        case .name, .invalid:
            // A token that was pasted without quotes.
            return SensitiveText.isToken(lua.text(token)[...], isName: true) ? tokenMark : nil
        case .keyword, .sign: return nil
        }
    }

    private static func redacted(_ content: String, role: RedactionRoles.Role) -> String {
        switch role {
        case .secret: content.isEmpty ? content : tokenMark
        case .token: SensitiveText.isHarmlessToken(content) ? SensitiveText(content).redacted : tokenMark
        case .other: SensitiveText(content).redacted
        }
    }
}
