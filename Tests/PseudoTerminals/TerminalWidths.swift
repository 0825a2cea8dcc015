// SPDX-License-Identifier: MIT

import CTerminalWidths

/// How many cells characters take in a terminal, by the tables of the system's library. Independent of the tested code.
package enum TerminalWidths {
    /// 0 to 2, or -1 for a character that is not printable or not known to the system.
    package static func cells(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F ? 1 : -1 }
        return Int(terminal_width(scalar.value))
    }

    /// The cells of a grapheme cluster in terminals that draw it as a whole: two for flags and for joined or modified
    /// emoji, otherwise the sum of its parts.
    package static func cells(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        let isEmoji = scalars.dropFirst().contains { (scalar: Unicode.Scalar) in
            scalar == "\u{FE0F}" || scalar == "\u{200D}" || scalar.properties.isEmojiModifier
                || (0x1F1E6...0x1F1FF).contains(scalar.value)
        }
        return isEmoji ? 2 : scalars.reduce(0) { $0 + max(0, cells(of: $1)) }
    }
}
