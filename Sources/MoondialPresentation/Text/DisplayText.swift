// SPDX-License-Identifier: MIT

import TextFormats

/// Text measured and cut in terminal cells.
package enum DisplayText {
    /// Makes everything visible: control, formatting and separator characters are escaped, so that no log message can
    /// move the cursor or turn the text around. With `ascii`, so is all that is not ASCII.
    static func visible(_ text: String, ascii: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += " "
            case " "..."~": result.unicodeScalars.append(scalar)
            case _ where ascii || scalar.isUnprintable:
                result += "\\u{\(Hexadecimal.uppercase(scalar))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// How many cells the text takes on a terminal. Ideographs and emoji take two, combining marks none.
    package static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// The text with spaces after it, so that it takes at least `width` cells.
    package static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - self.width(text)))
    }

    /// The text, or as much of its beginning as fits with a sign that more follows into `width` cells, at least 1.
    package static func shortened(_ text: String, to width: Int, ascii: Bool = false) -> String {
        guard self.width(text) > width else { return text }
        let mark = ascii ? "~" : "…"
        var cells = 1
        var result = ""
        for character in text {
            cells += self.width(character)
            if cells > width { break }
            result.append(character)
        }
        return result + mark
    }

    /// Breaks at spaces into lines of at most `width` cells, at least 2; a word that is longer is cut.
    package static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            for piece in pieces(of: String(word), width: width) {
                if line.isEmpty {
                    line = piece
                } else if self.width(line) + 1 + self.width(piece) <= width {
                    line += " " + piece
                } else {
                    lines.append(line)
                    line = piece
                }
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// Without escape sequences for colours.
    package static func withoutStyles(_ text: String) -> String {
        var result = ""
        var isInside = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1B}" {
                isInside = true
            } else if isInside {
                if ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) { isInside = false }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func pieces(of word: String, width limit: Int) -> [String] {
        guard width(word) > limit else { return [word] }
        var pieces: [String] = []
        var piece = ""
        for character in word {
            if !piece.isEmpty, width(piece) + width(String(character)) > limit {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        return pieces + [piece]
    }
}
