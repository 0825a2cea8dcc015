// SPDX-License-Identifier: MIT

extension DisplayText {
    /// How many cells a character takes on a terminal: 0, 1 or 2.
    ///
    /// An emoji sequence (joined, with a skin tone, a flag, a keycap, or with variation selector 16) is one picture of
    /// two cells. Other characters take what their scalars take together, as `wcwidth` would add them, but not more than
    /// two.
    package static func width(_ character: Character) -> Int {
        if character.isASCII { return 1 }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if scalars.index(after: scalars.startIndex) == scalars.endIndex { return width(first) }
        if first.properties.isEmoji, scalars.dropFirst().contains(where: isEmojiJoint) { return 2 }
        return min(2, scalars.reduce(0) { $0 + width($1) })
    }

    /// Whether all terminals agree on the width of the character.
    ///
    /// They do not for sequences that some draw as one picture and others as its parts, nor for characters that are
    /// newer than their tables. After such a character, the writer has to place the cursor explicitly.
    package static func isWidthCertain(_ character: Character) -> Bool {
        if character.isASCII { return true }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return true }
        switch first.properties.generalCategory {
        case .unassigned, .privateUse, .spacingMark, .nonspacingMark, .enclosingMark, .format: return false
        default: break
        }
        return scalars.dropFirst().allSatisfy { scalar in
            scalar.properties.generalCategory == .nonspacingMark && !isEmojiJoint(scalar)
        }
    }

    /// Whether a scalar joins an emoji and its neighbour to one picture: joiner, variation selector 16, keycap, skin
    /// tone, the second letter of a flag, tags.
    private static func isEmojiJoint(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200D, 0xFE0F, 0x20E3, 0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF, 0xE0020...0xE007F: true
        default: false
        }
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        // Most wide characters, without a lookup of their properties.
        if (0x4E00...0x9FFF).contains(scalar.value) || (0xAC00...0xD7A3).contains(scalar.value) { return 2 }
        // The vowels and final consonants of Hangul are drawn into the cells of the consonant before them.
        if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FB).contains(scalar.value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        // The soft hyphen is shown where it stands.
        case .format: return scalar.value == 0xAD ? 1 : 0
        default: break
        }
        return isWide(scalar) ? 2 : 1
    }

    /// Wide or full-width in Unicode's EastAsianWidth.txt. All emoji that are pictures by default are wide, except the
    /// letters of flags; of the rest, ranges that hold unassigned code points take the width of their block.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x1100: false
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D376, 0x1F200...0x1F265,
            0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            true
        case 0x4DC0...0x4DFF: true
        case 0x1F1E6...0x1F1FF: false
        default: scalar.properties.isEmojiPresentation
        }
    }
}
