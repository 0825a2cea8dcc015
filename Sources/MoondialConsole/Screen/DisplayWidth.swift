// SPDX-License-Identifier: MIT

import MoondialRules

/// How characters of the text are shown, and how wide that is.
enum DisplayWidth {
    static func of(_ character: Character) -> Int {
        DisplayText.width(character)
    }

    static func of(_ text: String) -> Int {
        DisplayText.width(text)
    }

    static func isCertain(_ character: Character) -> Bool {
        DisplayText.isWidthCertain(character)
    }

    /// What is shown instead of a character that would move the cursor, turn the text around or not be seen.
    static func replacement(for character: Character) -> String? {
        if character.isASCII {
            guard let value = character.asciiValue else { return "^M" }
            if value == 0x09 { return String(repeating: " ", count: ScreenWriter.tabWidth) }
            if value < 0x20 { return "^" + String(UnicodeScalar(value + 0x40)) }
            return value == 0x7F ? "^?" : nil
        }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return nil }
        switch first.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            return first.value == 0xAD ? nil : "<U+\(String(first.value, radix: 16, uppercase: true))>"
        default: return nil
        }
    }

    /// The cells of a line of text as the editor shows it. Fast for ASCII.
    static func ofLine(_ bytes: ArraySlice<UInt8>) -> Int {
        var isPlain = true
        var width = 0
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes {
                if byte < 0x20 || byte > 0x7E { isPlain = false }
                width += 1
            }
        }
        if isPlain { return width }
        return String(decoding: bytes, as: UTF8.self).reduce(0) { sum, character in
            sum + (replacement(for: character).map { $0.utf8.count } ?? max(1, of(character)))
        }
    }
}
