// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// The user's own editor, on the terminal that the session has left to it. Waits for its end.
struct ExternalEditor {
    /// May hold options: "code --wait".
    let command: String
    /// Where temporary files are made.
    let temporaryFolder: String

    /// The editor of `VISUAL` or `EDITOR`; nil when there is none.
    init?(environment: (String) -> String?) {
        guard let command = environment("VISUAL") ?? environment("EDITOR") else { return nil }
        self.command = command
        temporaryFolder = environment("TMPDIR") ?? "/tmp"
    }

    /// Opens a file at a line, with the argument `+LINE`, which nearly all editors know.
    ///
    /// - Throws: A diagnostic when it cannot be started or fails.
    func open(_ path: String, line: Int) throws(Diagnostic) {
        try run((line > 1 ? ["+\(line)"] : []) + [path])
    }

    /// Opens a text in a file that only the user can read.
    ///
    /// - Returns: The edited text, without the newline at its end.
    func edit(_ text: String) throws(Diagnostic) -> String {
        let edited = try TerminalProgram.withFile("\(text)\n", in: temporaryFolder, suffix: ".lua") {
            path throws(Diagnostic) in
            try run([path])
            return String(decoding: try Files.read(path), as: UTF8.self)
        }
        return edited.hasSuffix("\n") ? String(edited.dropLast()) : edited
    }

    private func run(_ arguments: [String]) throws(Diagnostic) {
        // The shell splits the command, but not the arguments. If standard input is a pipe, the editor reads the
        // terminal.
        let input = isatty(STDIN_FILENO) == 1 ? "" : " < /dev/tty"
        try TerminalProgram.run("exec \(command) \"$@\"\(input)", arguments, name: command)
    }
}
