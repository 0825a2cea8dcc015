// SPDX-License-Identifier: MIT

/// What the terminal can do, as far as the environment tells.
package struct TerminalCapabilities: Sendable, Hashable {
    package enum Editing: Sendable, Hashable {
        /// The line editor.
        case full
        /// ``PlainInput``.
        case plain
    }

    package var editing: Editing
    /// `FORCE_COLOR` (other than `0` or `false`), else not with `NO_COLOR`, else on a terminal that is not `dumb`.
    package var hasColour: Bool
    /// Whether the locale's encoding is UTF-8.
    package var isUnicode: Bool

    /// - Parameters:
    ///   - environment: A variable that is empty counts as not set.
    ///   - inputIsTerminal: Whether input comes from a terminal.
    ///   - outputIsTerminal: Whether output goes to a terminal.
    package init(environment: [String: String], inputIsTerminal: Bool, outputIsTerminal: Bool) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let isDumb = value("TERM").map { $0 == "dumb" } ?? true
        let isBasic = value("MOONDIAL_BASIC_REPL").map { $0 != "0" } ?? false
        editing = inputIsTerminal && outputIsTerminal && !isDumb && !isBasic ? .full : .plain
        if let forced = value("FORCE_COLOR") {
            hasColour = forced != "0" && forced != "false"
        } else {
            hasColour = value("NO_COLOR") == nil && outputIsTerminal && !isDumb
        }
        // POSIX: LC_ALL overrides LC_CTYPE, which overrides LANG.
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "C").lowercased()
        isUnicode = locale.hasSuffix("utf-8") || locale.hasSuffix("utf8") || locale.contains("utf-8@")
    }

    /// The theme for such a terminal.
    package var theme: Theme { hasColour ? .coloured : .plain }
}
