// SPDX-License-Identifier: MIT

import TextFormats

/// Text measured and cut in terminal cells.
package enum DisplayText {
    /// Makes everything visible: control, formatting and separator characters are escaped, so that no log message can
    /// move the cursor or change the direction of the text. With `ascii`, all that is not ASCII is escaped, too.
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

    /// The text if it fits into `width` cells, else its beginning and a mark. `width` is at least 1.
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

    /// Breaks at spaces into lines of at most `width` cells, at least 2; a word that is longer is cut. Escape sequences for
    /// colours take no cells.
    ///
    /// - Parameters:
    ///   - text: Words between spaces.
    ///   - width: The cells of a line.
    ///   - taken: How many cells of the first line hold something else. The default is none.
    ///   - cutsWords: Whether a longer word is cut; else the terminal wraps it, so that it can be copied. The default
    ///     is true.
    /// - Returns: At least one line.
    package static func wrapped(_ text: String, width: Int, taken: Int = 0, cutsWords: Bool = true) -> [String] {
        var lines: [String] = []
        var line = ""
        var cells = taken
        for word in text.split(separator: " ") {
            for piece in cutsWords ? pieces(of: String(word), width: width) : [String(word)] {
                let added = cellsOfStyled(piece)
                if line.isEmpty, cells + added <= width || cells <= 0 {
                    (line, cells) = (piece, cells + added)
                } else if !line.isEmpty, cells + 1 + added <= width {
                    (line, cells) = (line + " " + piece, cells + 1 + added)
                } else {
                    lines.append(line)
                    (line, cells) = (piece, added)
                }
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// Lines that end with newlines, broken to fit into a window: the rest of a wider line follows with more
    /// indentation.
    package static func fitted(lines text: String, to width: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard cellsOfStyled(String(line)) > width else { return String(line) }
            let blanks = line.prefix { $0 == " " }
            let pieces = wrapped(
                withMarkedGaps(line.dropFirst(blanks.count)), width: max(8, width - blanks.count - 2), taken: -2,
                cutsWords: false)
            return pieces.enumerated().map { index, piece in
                let text = piece.first == gapMark ? String(piece.dropFirst()) : piece
                return blanks + (index == 0 ? "" : "  ") + text.replacing(String(gapMark), with: " ")
            }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Takes the place of the second space between columns, as a part of the word behind it.
    private static let gapMark: Character = "\u{1F}"

    private static func withMarkedGaps(_ line: Substring) -> String {
        line.split(separator: "  ").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
            .joined(separator: " \(gapMark)")
    }

    private static func cellsOfStyled(_ text: String) -> Int {
        width(text.utf8.contains(0x1B) ? withoutStyles(text) : text)
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
        guard width(word) > limit, !word.utf8.contains(0x1B) else { return [word] }
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
