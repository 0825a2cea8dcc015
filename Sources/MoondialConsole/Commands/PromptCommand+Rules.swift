// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import TextFormats

extension PromptCommand {
    static let ruleCommands = [
        PromptCommand("rules", "", "lists the rules in the order in which they are asked") { call throws(Diagnostic) in
            call.session.listRules()
        },
        PromptCommand("load", "FILE", "loads a rule file or folder besides the others") { call throws(Diagnostic) in
            let path = try call.path("a file or folder", for: "load")
            try call.session.scripts.load(try call.session.readRules([path]))
            if !call.session.setup.rulePaths.contains(path) { call.session.setup.rulePaths.append(path) }
            call.session.watch?.renew()
            call.session.noteRules("loaded")
        },
        PromptCommand(
            "reload", "", "reads the rule files again; rules that were typed stay",
            text: "Nothing changes when a file does not load."
        ) { call throws(Diagnostic) in
            try call.session.reload()
        },
        PromptCommand(
            "watch", "[on|off]", "reloads rule files whenever they change",
            text: "When a file does not load, the last rules that did stay in force, and the error is shown."
        ) { call throws(Diagnostic) in
            let session = call.session
            switch call.argument {
            case "", "on":
                let paths = try session.loadedPaths()
                session.watch?.stop()
                session.watch = RuleWatch(session)
                session.note("watching \(paths.joined(separator: ", "))")
            case "off":
                session.watch?.stop()
                session.watch = nil
                session.note("not watching")
            default: throw Diagnostic(.usage, ":watch on or :watch off expected")
            }
        },
        PromptCommand("drop", "NAME", "takes a rule away until it is loaded or typed again") {
            call throws(Diagnostic) in
            let name = (try call.required("the name of a rule", for: "drop")).trimmingQuotes
            guard call.session.scripts.dropRule(name) else {
                let shown = String(escaping: name.utf8)
                let names = call.session.engine.outline.rules.map(\.name)
                throw Diagnostic(
                    .usage, "there is no rule '\(shown)'\(Suggestion.clause(for: name, in: names))", fix: "see :rules")
            }
            let left = call.session.engine.outline.rules.count
            let shown = String(escaping: call.session.engine.redactor.rule(name).utf8)
            call.session.note("dropped '\(shown)', \(left) rule\(left == 1 ? "" : "s") left")
        },
        PromptCommand(
            "edit", "[RULE]", "opens the file of a rule, or the last block, in $VISUAL or $EDITOR",
            text: "A file is reloaded afterwards, a block is run."
        ) { call throws(Diagnostic) in
            try call.session.edit(call.argument.trimmingQuotes)
        },
    ]
}

extension ReplSession {
    fileprivate func listRules() {
        let rules = engine.outline.rules
        if rules.isEmpty {
            return result(lines: "no rules: a match is allowed, a mismatch denied, everything else left to review\n")
        }
        let redactor = engine.redactor
        var rows = [["", "rule", "hooks", "hits", "source"]]
        for (index, rule) in rules.enumerated() {
            rows.append([
                "\(index + 1)", String(escaping: redactor.rule(rule.name).utf8),
                rule.hooks.keys.sortedNames.joined(separator: " "),
                "\(runs.hits[rule.name] ?? 0)",
                "\(redactor.source(rule.file)):\(rule.line)" + replaced(by: rule, redactor),
            ])
        }
        result(lines: fitted(TextTable(rows)).text)
    }

    /// The places of rules in other files that this rule has replaced.
    private func replaced(by rule: RuleOutline, _ redactor: Redactor) -> String {
        let places = engine.replacements
            .filter { $0.rule.name == rule.name && $0.warning != nil }
            .map { "\(redactor.source($0.replaced.file)):\($0.replaced.line)" }
        return places.isEmpty ? "" : " (in the place of \(places.joined(separator: ", ")))"
    }

    fileprivate func noteRules(_ what: String) {
        let count = engine.outline.rules.count
        for warning in engine.replacements.compactMap(\.warning) { note("warning: \(warning)") }
        note("\(what): \(count) rule\(count == 1 ? "" : "s"), revision \(engine.outline.revision)")
    }

    /// - Throws: A diagnostic; then the rules have not changed.
    func reload() throws(Diagnostic) {
        try scripts.reload(try readRules(try loadedPaths()))
        watch?.renew()
        noteRules("reloaded")
    }

    /// - Throws: A diagnostic when no rule files are loaded.
    fileprivate func loadedPaths() throws(Diagnostic) -> [String] {
        guard !setup.rulePaths.isEmpty else {
            throw Diagnostic(.usage, "no rule files are loaded", fix: "load some with :load FILE")
        }
        return setup.rulePaths
    }

    fileprivate func readRules(_ paths: [String]) throws(Diagnostic) -> RuleFiles {
        try RuleFiles.read(paths, limits: engine.settings.run.limits)
    }

    fileprivate func edit(_ name: String) throws(Diagnostic) {
        guard let editor = ExternalEditor(environment: setup.environment) else {
            throw Diagnostic(.usage, ":edit needs an editor", fix: "set VISUAL or EDITOR")
        }
        guard setup.isInteractive else { throw Diagnostic(.usage, ":edit works in a conversation only") }
        if name.isEmpty { return try editBlock(journal.blocks.last?.text ?? "", editor) }
        guard let rule = engine.outline.rules.first(where: { $0.name == name }) else {
            let names = engine.outline.rules.map(\.name)
            throw Diagnostic(.usage, "there is no rule '\(name)'\(Suggestion.clause(for: name, in: names))")
        }
        if rule.file == "stdin" { return try editBlock(journal.block(at: rule.line) ?? "", editor) }
        try editor.open(rule.file, line: rule.line)
        try reload()
    }

    private func editBlock(_ block: String, _ editor: ExternalEditor) throws(Diagnostic) {
        let edited = try editor.edit(block)
        if edited.trimmingSpaces.isEmpty || edited == block { return note("nothing has changed") }
        queue.insert(edited, at: 0)
    }
}
