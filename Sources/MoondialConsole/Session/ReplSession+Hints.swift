// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

extension ReplSession {
    /// Adds a fix that follows from the input, if there is one.
    func withHint(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        if let command = commandMeant(in: diagnostic) {
            diagnostic.fix = "\(command) is a command: type it with its colon"
            return diagnostic
        }
        guard diagnostic.fix == nil, let name = diagnostic.subject else { return diagnostic }
        if ["clear", "cls"].contains(name), diagnostic.message.contains("undefined global '\(name)'") {
            diagnostic.fix = "Ctrl-L clears the window"
        } else if diagnostic.message.contains("undefined global '\(name)'"), journal.hasLost(name) {
            diagnostic.fix = "locals end with the line; write \(name) = … without local"
        } else if ["field", "method"].contains(where: { diagnostic.message.hasSuffix("a nil value (\($0) '\(name)')") })
        {
            diagnostic.fix = fieldMeant(by: name, in: diagnostic.sourceLine ?? "").map { "did you mean '\($0)'?" }
        }
        return diagnostic
    }

    /// The command at the beginning of a line without its colon: `rules`, `load rules.lua`.
    private func commandMeant(in diagnostic: Diagnostic) -> String? {
        guard let line = diagnostic.sourceLine, diagnostic.site?.source == .label("stdin"),
            diagnostic.code == .ruleSyntax || diagnostic.message.contains("undefined global")
        else { return nil }
        let word = line.prefix { $0.isLetter }
        let rest = line[word.endIndex...]
        guard rest.isEmpty || rest.hasPrefix(" "), !rest.contains("="),
            PromptCommand.all.contains(where: { $0.name == word })
        else { return nil }
        return ":\(word)"
    }

    /// The name of an existing field that is similar to a missing field that a line reads.
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
