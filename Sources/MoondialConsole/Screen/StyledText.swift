// SPDX-License-Identifier: MIT

package import MoondialPresentation

/// A short text of one line with styles.
package struct StyledText: Sendable, Hashable, ExpressibleByStringLiteral {
    package struct Run: Sendable, Hashable {
        package var text: String
        package var style: Style
    }

    package var runs: [Run]

    package init(_ text: String, _ style: Style = .plain) {
        runs = text.isEmpty ? [] : [Run(text: text, style: style)]
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// The text without its styles.
    package var text: String { runs.map(\.text).joined() }

    package static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.runs += right.runs
        return sum
    }
}

/// The texts before the lines of a block.
package struct Prompt: Sendable, Hashable {
    /// Before the first line.
    package var first: StyledText
    /// Before the others.
    package var continuation: StyledText

    package init(_ first: StyledText, continuation: StyledText) {
        self.first = first
        self.continuation = continuation
    }

    /// Continues with `>` under the last sign of the first prompt: `sim> ` with `   > `.
    package init(_ first: StyledText) {
        let width = first.text.count
        let marker = width >= 2 ? String(repeating: " ", count: width - 2) + "> " : "> "
        self.init(first, continuation: StyledText(marker, Style(.standard, .dim)))
    }
}
