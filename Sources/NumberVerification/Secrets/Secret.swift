// SPDX-License-Identifier: MIT

/// A text that has no printable form: a token or the master secret.
///
/// Interpolation, `String(describing:)`, `String(reflecting:)`, `dump` and a debugger's mirror all show `<secret>`.
package struct Secret: Sendable, Hashable {
    private let text: String

    /// Wraps a text. The original text itself stays printable.
    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the wire and for hashing only.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
