// SPDX-License-Identifier: MIT

/// Emphasis on a terminal, or none.
package struct TextStyle: Sendable, Hashable {
    /// Text as it is.
    package static let plain = TextStyle(isEnabled: false)
    /// Text with escape sequences.
    package static let coloured = TextStyle(isEnabled: true)

    /// Whether escape sequences are added.
    package let isEnabled: Bool

    package init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    package func bold(_ text: String) -> String { sequence(1, text) }

    package func dim(_ text: String) -> String { sequence(2, text) }

    package func colour(_ text: String, _ colour: Style.Colour) -> String { sequence(Int(colour.rawValue), text) }

    private func sequence(_ number: Int, _ text: String) -> String {
        isEnabled && !text.isEmpty ? "\u{1B}[\(number)m\(text)\u{1B}[0m" : text
    }
}
