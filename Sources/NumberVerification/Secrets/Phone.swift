// SPDX-License-Identifier: MIT

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
    /// Texts shorter than eleven characters give stars only, since seven of them would give the number away.
    package var masked: String { Phone.mask(submitted) }

    /// ``masked`` for a text that need not be a valid phone.
    package static func mask(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count >= 11 else { return "****" }
        return String(scalars.prefix(shownAtStart)) + "****" + String(scalars.suffix(shownAtEnd))
    }

    /// How many characters ``mask(_:)`` leaves before the stars.
    package static let shownAtStart = 3
    /// And after them.
    package static let shownAtEnd = 4
}

extension Phone: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var debugDescription: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
