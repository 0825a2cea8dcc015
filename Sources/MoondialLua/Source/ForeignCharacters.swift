// SPDX-License-Identifier: MIT

import TextFormats

/// Characters that Lua does not allow outside of strings and comments, and what to type instead of them.
enum ForeignCharacters {
    /// Replacements of characters other than the full-width forms of ASCII.
    private static let replacements: [Unicode.Scalar: String] = [
        "、": ",", "。": ".", "【": "[", "】": "]", "《": "<", "》": ">", "〈": "<", "〉": ">", "〔": "[", "〕": "]",
        "“": "\"", "”": "\"", "„": "\"", "‟": "\"", "«": "\"", "»": "\"", "「": "\"", "」": "\"", "『": "\"", "』": "\"",
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "…": "...", "—": "-", "–": "-", "−": "-", "‐": "-",
        "×": "*", "·": "*", "÷": "/", "≠": "~=", "≤": "<=", "≥": ">=", "→": "function(x) … end", "￥": "$",
    ]

    private static let names: [Unicode.Scalar: String] = [
        "\u{A0}": "no-break space", "\u{3000}": "full-width space", "\u{200B}": "zero-width space",
        "\u{FEFF}": "byte order mark", "\u{202F}": "narrow no-break space", "\u{2028}": "line separator",
    ]

    /// What is wrong with some characters of a line, and what to do: nil when each of them is ASCII.
    static func advice(on scalars: some Sequence<Unicode.Scalar>) -> String? {
        var parts: [String] = []
        for scalar in scalars where !scalar.isASCII && !isLetter(scalar) {
            let part = advice(on: scalar)
            if !parts.contains(part) { parts.append(part) }
        }
        guard !parts.isEmpty else { return nil }
        let shown = parts.prefix(4).joined(separator: "; ")
        return parts.count > 4 ? "\(shown); and so on" : shown
    }

    /// Whether names of other languages may have the character, which those of Lua may not.
    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII, replacement(for: scalar) == nil else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber:
            return true
        default: return false
        }
    }

    /// "（ (U+FF08)", or the name of an invisible character.
    static func shown(_ scalar: Unicode.Scalar) -> String {
        let number = "U+\(Hexadecimal.uppercase(scalar, width: 4))"
        if let name = names[scalar] { return "\(name) (\(number))" }
        return scalar.isUnprintable || isSpace(scalar) ? number : "\(scalar) (\(number))"
    }

    private static func advice(on scalar: Unicode.Scalar) -> String {
        if let replacement = replacement(for: scalar) { return "type \(replacement) in place of \(shown(scalar))" }
        if isSpace(scalar) { return "type a plain space in place of the \(shown(scalar))" }
        if scalar.isUnprintable { return "delete the invisible character \(shown(scalar))" }
        return "\(shown(scalar)) can stand in strings and comments only"
    }

    private static func replacement(for scalar: Unicode.Scalar) -> String? {
        if let replacement = replacements[scalar] { return replacement }
        // The full-width forms have the same order as ASCII.
        guard (0xFF01...0xFF5E).contains(scalar.value), let plain = Unicode.Scalar(scalar.value - 0xFEE0) else {
            return nil
        }
        return String(plain)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .spaceSeparator
    }
}
