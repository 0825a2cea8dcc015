// SPDX-License-Identifier: MIT

import CTerminalWidths

/// How many cells a terminal gives to characters, by the tables of the system's library: measured without the code that
/// tests are about.
package enum TerminalWidths {
    /// 0 to 2; -1 for what is not printable, or not known to the system.
    package static func cells(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F ? 1 : -1 }
        return Int(terminal_width(scalar.value))
    }

    /// As terminals do that draw a cluster as a whole: two cells for flags and for what is joined or modified to an emoji,
    /// else those of its parts.
    package static func cells(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        let isEmoji = scalars.dropFirst().contains { (scalar: Unicode.Scalar) in
            scalar == "\u{FE0F}" || scalar == "\u{200D}" || scalar.properties.isEmojiModifier
                || (0x1F1E6...0x1F1FF).contains(scalar.value)
        }
        return isEmoji ? 2 : scalars.reduce(0) { $0 + max(0, cells(of: $1)) }
    }
}
