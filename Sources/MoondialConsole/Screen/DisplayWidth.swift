// SPDX-License-Identifier: MIT

import MoondialPresentation
import TextFormats

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

    /// The text that replaces a character that would move the cursor, change the direction of the text, or be
    /// invisible.
    static func replacement(for character: Character) -> String? {
        if character.isASCII {
            guard let value = character.asciiValue else { return "^M" }
            if value == 0x09 { return String(repeating: " ", count: ScreenWriter.tabWidth) }
            if value < 0x20 { return "^" + String(UnicodeScalar(value + 0x40)) }
            return value == 0x7F ? "^?" : nil
        }
        guard let first = character.unicodeScalars.first, !(0x2E80...0xD7A3).contains(first.value) else { return nil }
        switch first.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            return first.value == 0xAD ? nil : "<U+\(Hexadecimal.uppercase(first))>"
        default: return nil
        }
    }

    /// The cells of a line of text as the editor shows it.
    static func ofLine(_ bytes: ArraySlice<UInt8>) -> Int {
        var width = 0
        scan(bytes) {
            width += $0
        } character: {
            width += shown($0)
        }
        return width
    }

    /// The cells of a character as the editor shows it, by its name if need be. Marks get a base.
    static func shown(_ character: Character) -> Int {
        replacement(for: character).map(\.utf8.count) ?? max(1, of(character))
    }

    /// Goes through a text, fast where it is printable ASCII: `plain` gets numbers of characters that take a cell each,
    /// `character` all others.
    static func scan(_ bytes: ArraySlice<UInt8>, plain: (Int) -> Void, character: (Character) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                var end = index
                while end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x7F { end += 1 }
                // The last character may be the base of a combining mark.
                if end < bytes.count, bytes[end] >= 0x80, end > index { end -= 1 }
                if end > index { plain(end - index) }
                index = end
                guard index < bytes.count else { return }
                end += 1
                while end < bytes.count, bytes[end - 1] >= 0x80 || bytes[end] >= 0x80 { end += 1 }
                for cluster in String(decoding: UnsafeBufferPointer(rebasing: bytes[index..<end]), as: UTF8.self) {
                    character(cluster)
                }
                index = end
            }
        }
    }
}
