// SPDX-License-Identifier: MIT

import TextFormats

/// A phone number exactly as submitted. Every printable form is masked.
package struct Phone: Sendable, Hashable {
    /// The whole number: personal data, for the wire and for rules.
    package let submitted: String

    /// - Throws: ``RequestError`` when the text is empty or holds a control or invisible character.
    package init(_ submitted: String) throws(RequestError) {
        try RequestError.check(submitted, field: .phone)
        self.submitted = submitted
    }

    /// The first three and the last four characters, `138****8000`.
    ///
    /// Texts shorter than eleven characters become only stars: seven shown characters would reveal the number.
    package var masked: String { Phone.mask(submitted) }

    /// ``masked`` for a text that need not be a valid phone.
    package static func mask(_ text: String) -> String {
        if let masked = text.withBytes(maskedASCII) { return masked }
        let scalars = text.unicodeScalars
        guard scalars.count >= 11 else { return "****" }
        return String(scalars.prefix(shownAtStart)) + "****" + String(scalars.suffix(shownAtEnd))
    }

    /// A faster path for ASCII texts of at least eleven characters, as nearly every phone is; nil for other texts.
    private static func maskedASCII(_ digits: UnsafeBufferPointer<UInt8>) -> String? {
        guard digits.count >= 11, digits.allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(unsafeUninitializedCapacity: shownAtStart + 4 + shownAtEnd) { masked in
            for place in 0..<shownAtStart { masked[place] = digits[place] }
            for place in shownAtStart..<(shownAtStart + 4) { masked[place] = UInt8(ascii: "*") }
            for place in 1...shownAtEnd { masked[masked.count - place] = digits[digits.count - place] }
            return shownAtStart + 4 + shownAtEnd
        }
    }

    /// How many characters ``mask(_:)`` leaves before the stars.
    package static let shownAtStart = 3
    /// How many characters ``mask(_:)`` leaves after the stars.
    package static let shownAtEnd = 4
}

extension Phone: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var debugDescription: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
