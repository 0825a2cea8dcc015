// SPDX-License-Identifier: MIT

import MoondialRules

extension PromptCommand.Call {
    /// The argument as a path: with or without quotation marks, blanks in it as they are or after a backslash, `~/` for the
    /// home folder.
    ///
    /// - Throws: A diagnostic when there is none.
    func path(_ what: String, for command: String) throws(Diagnostic) -> String {
        Self.path(try required(what, for: command), home: session.setup.environment("HOME"))
    }

    static func path(_ argument: String, home: String?) -> String {
        var path = argument
        if path.utf8.count > 2, let quote = path.first, quote == "\"" || quote == "'", path.last == quote {
            return String(path.dropFirst().dropLast())
        }
        path = path.replacing("\\ ", with: " ")
        guard let home, path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }
}
