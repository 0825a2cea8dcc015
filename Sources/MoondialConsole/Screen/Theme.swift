// SPDX-License-Identifier: MIT

package import MoondialPresentation

/// The styles of everything that the editor draws.
package struct Theme: Sendable, Hashable {
    package var keyword = Style.plain
    package var literal = Style.plain
    package var string = Style.plain
    package var comment = Style.plain
    /// A name that the host knows, such as `verify`.
    package var knownName = Style.plain
    /// A `:command` of the prompt.
    package var command = Style.plain
    /// A string or comment that is not closed, and characters that are not valid in Lua.
    package var trouble = Style.plain
    /// Added to a bracket and its partner.
    package var bracket = Style(.standard, .bold)
    /// Text that is offered and was not typed: argument hints and suggestions.
    package var ghost = Style(.standard, .dim)
    /// A control character, shown by its name.
    package var invisible = Style(.standard, .reverse)
    package var searchMatch = Style(.standard, .underline)
    package var menuSelection = Style(.standard, .reverse)
    package var menuDocumentation = Style(.standard, .dim)

    /// Without colours. Attributes still distinguish offered text from typed text.
    package static let plain = Theme()

    /// With the colours that every terminal has.
    package static let coloured: Theme = {
        var theme = Theme()
        theme.keyword = Style(.magenta)
        theme.literal = Style(.yellow)
        theme.string = Style(.green)
        theme.comment = Style(.grey)
        theme.knownName = Style(.cyan)
        theme.command = Style(.blue, .bold)
        theme.trouble = Style(.red)
        theme.bracket = Style(.cyan, [.bold, .underline])
        theme.ghost = Style(.grey)
        theme.invisible = Style(.red, .reverse)
        theme.searchMatch = Style(.yellow, .underline)
        theme.menuDocumentation = Style(.grey)
        return theme
    }()

    package init() {}
}
