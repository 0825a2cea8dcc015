// SPDX-License-Identifier: MIT

package import MoondialPresentation
package import NumberVerificationSimulator

/// Where a session prints, and what the terminal can show.
package struct ReplScreen {
    /// Results: standard output. Gets lines that end with newlines.
    package var results: (String) -> Void
    /// Everything else: standard error, or the terminal.
    package var notes: (String) -> Void
    package var style = TextStyle.plain
    package var notesStyle = TextStyle.plain
    package var repertoire = Waterfall.Repertoire.ascii
    /// The cells of a line, now.
    package var width: () -> Int = { 100 }
    /// Shows lines that do not fit into the window; when they fit, shows nothing and returns false. The default is nil:
    /// everything is printed.
    package var pager: ((_ lines: String) -> Bool)?

    package init(results: @escaping (String) -> Void, notes: @escaping (String) -> Void) {
        self.results = results
        self.notes = notes
    }
}

/// The settings of a session.
package struct ReplSetup {
    /// Input comes from a terminal: the session shows prompts and traces, and values may take several lines. If false,
    /// input is a script or a pipe.
    package var isInteractive = true
    /// "sim", or the host and port.
    package var target = "sim"
    /// The target costs money.
    package var isLive = false
    /// Questions can be asked.
    package var canAsk = true
    /// Input that is no conversation goes on after an error.
    package var keepsGoing = false
    /// Files and folders that the rules were loaded from.
    package var rulePaths: [String] = []
    /// The explanation of a code, ready to print; nil for an unknown code.
    package var explain: (String) -> String? = { _ in nil }
    /// The codes that can be explained.
    package var codes: () -> [String] = { [] }
    /// All codes with their meanings, in groups.
    package var codeList: () -> [(title: String, rows: [(code: String, meaning: String)])] = { [] }
    /// The simulator that requests go to, if they do.
    package var simulator: Simulator?
    /// The phones and tokens to which the simulator reacts, with their effects, ready to print.
    package var magicTable: () -> String = { "" }
    /// Milliseconds since 1970.
    package var wallClock: @Sendable () -> Int64 = { 0 }
    /// The blocks that sessions before this one have entered, the oldest first.
    package var earlierHistory: () -> [KeptBlock] = { [] }
    /// A variable of the environment.
    package var environment: (String) -> String? = { _ in nil }

    package init() {}
}

/// How a session ends.
package enum ReplEnd: Sendable, Hashable {
    /// There is no more input, or `:quit` was entered.
    case done
    /// The input had an error.
    case failed
    /// Ctrl-C ended input that is no conversation.
    case interrupted
    /// The input could not be read.
    case unreadable
}
