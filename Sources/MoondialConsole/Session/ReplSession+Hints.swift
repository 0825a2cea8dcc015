// SPDX-License-Identifier: MIT

import MoondialRules

extension ReplSession {
    /// With a fix, where what was typed before tells one.
    func withHint(_ diagnostic: Diagnostic) -> Diagnostic {
        guard diagnostic.fix == nil, let name = diagnostic.subject else { return diagnostic }
        var diagnostic = diagnostic
        if diagnostic.message.contains("undefined global '\(name)'"), journal.hasLost(name) {
            diagnostic.fix = "locals end with the line; write \(name) = … without local"
        } else if ["field", "method"].contains(where: { diagnostic.message.hasSuffix("a nil value (\($0) '\(name)')") })
        {
            diagnostic.fix = fieldMeant(by: name, in: diagnostic.sourceLine ?? "").map { "did you mean '\($0)'?" }
        }
        return diagnostic
    }

    /// The name of a field that is there, when a line asks a table for one that is not.
    private func fieldMeant(by name: String, in line: String) -> String? {
        let text = LuaText(Array(line.utf8))
        for index in text.tokens.indices.dropFirst(2) where text.isName(index) && text.text(text.tokens[index]) == name
        {
            guard text.isSign(index - 1, ".") || text.isSign(index - 1, ":"),
                let path = text.path(endingAt: index - 2)
            else { continue }
            let fields = scripts.names(at: path).fields.map(\.name)
            if !fields.contains(name), let meant = Suggestion.nearest(to: name, in: fields) { return meant }
        }
        return nil
    }
}
