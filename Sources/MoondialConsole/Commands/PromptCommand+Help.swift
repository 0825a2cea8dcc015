// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import TextFormats

extension PromptCommand {
    static let helpCommands = [
        PromptCommand(
            "help", "[COMMAND]", "lists the commands, or tells about one; :help keys lists the keys",
            text: "Commands can be shortened as long as only one begins so: :rel is :reload."
        ) { call throws(Diagnostic) in
            let name = call.argument.hasPrefix(":") ? String(call.argument.dropFirst()) : call.argument
            let session = call.session
            if name.isEmpty { return session.page(list(session.helpText)) }
            if name == "keys" { return session.page(EditorKeys.text(session.helpText)) }
            if let command = find(name) { return session.page(DocText(command, session.helpText).text) }
            if try session.showDoc(of: name) { return }
            throw Diagnostic(
                .usage, "there is no command ':\(name)'\(Suggestion.clause(for: name, in: all.map(\.name)))",
                fix: "see :help; :doc tells about words of the language")
        },
        PromptCommand(
            "doc", "[NAME]", "tells about a word of the language; alone it lists them all",
            text: """
                Names are words such as verify or moondial.log, parts such as req, hooks or string, fields such as \
                req.phone, and your own functions, which are shown with the comment above them.
                """
        ) { call throws(Diagnostic) in
            let session = call.session
            if call.argument.isEmpty { return session.page(words(session.helpText)) }
            let name = call.argument.hasPrefix(":") ? String(call.argument.dropFirst()) : call.argument
            if !call.argument.hasPrefix(":"), try session.showDoc(of: name) { return }
            if let command = find(name) { return session.page(DocText(command, session.helpText).text) }
            let shown = String(escaping: name.utf8)
            let known = Registry.entries.map(\.name) + DocTopics.words.map(\.name)
            throw Diagnostic(
                .usage, "nothing is known about '\(shown)'\(Suggestion.clause(for: name, in: known))",
                fix: ":doc lists all words")
        },
        PromptCommand("explain", "[CODE]", "says what a code means and what to do; alone it lists them all") {
            call throws(Diagnostic) in
            let session = call.session
            let code = call.argument
            if code.isEmpty { return session.page(codes(session.setup.codeList(), session.helpText)) }
            guard let text = session.setup.explain(code) else {
                let shown = String(escaping: code.utf8)
                let codes = session.setup.codes()
                throw Diagnostic(
                    .usage, "no code '\(shown)' is known\(Suggestion.clause(for: code, in: codes))",
                    fix: ":explain lists them all")
            }
            session.page(wrapping: text)
        },
    ]

    private static func list(_ help: HelpText) -> String {
        var help = help
        help.paragraph("Type Lua: an expression shows its value, which then is _ (the one before it is _2, up to _9).")
        help.paragraph("verify(\"13800138000\", \"sim:code=9001\") asks the service; :doc verify tells more.")
        help.verbatim("")
        help.list(all.map { ($0.usage, $0.summary) }, termWidth: 20)
        return help.text
    }

    private static func words(_ help: HelpText) -> String {
        var help = help
        let terms = DocTopics.groups.flatMap(\.rows).map(\.term)
        for group in DocTopics.groups {
            help.heading(group.title)
            help.list(group.rows, indent: 2, termWidth: HelpText.termWidth(of: terms))
        }
        help.verbatim("")
        help.paragraph(":doc NAME tells more about one, :help lists the commands, :explain the codes.")
        return help.text
    }

    private static func codes(_ groups: [(title: String, rows: [(code: String, meaning: String)])], _ help: HelpText)
        -> String
    {
        var help = help
        let terms = groups.flatMap(\.rows).map(\.code)
        for group in groups {
            help.heading(group.title)
            help.list(
                group.rows.map { ($0.code, $0.meaning) }, indent: 2, termWidth: HelpText.termWidth(of: terms))
        }
        return help.text
    }
}

extension ReplSession {
    /// An empty text for this window.
    var helpText: HelpText { HelpText(width: screen.width(), style: screen.style) }

    /// Shows what is known about a word, a part of the language, or a function of the user's own.
    ///
    /// - Returns: False when nothing is known.
    fileprivate func showDoc(of name: String) throws(Diagnostic) -> Bool {
        let topic = DocTopics.topic(named: name)
        var texts = [Registry.entry(named: name).map { DocText($0, helpText).text }].compactMap(\.self)
        if let topic { texts.append(DocText(topic, helpText).text) }
        if texts.isEmpty, let own = ownFunction(name) { texts.append(own) }
        if texts.isEmpty { texts = Registry.find(name).map { DocText($0, helpText).text } }
        if texts.isEmpty { return false }
        page(texts.joined(separator: "\n"))
        return true
    }

    private func ownFunction(_ name: String) -> String? {
        let keys = name.split { $0 == "." || $0 == ":" }.map { LuaKey.text(String($0)) }
        guard !keys.isEmpty, let definition = scripts.definition(at: keys) else { return nil }
        var help = helpText
        help.heading("\(name): your own function, \(String(escaping: definition.site.description.utf8))")
        help.verbatim(definition.lines.joined(separator: "\n"), indent: 2)
        return help.text
    }

    /// Shows lines that may be longer than those of the window, and more than it has.
    func page(wrapping lines: String) {
        var help = helpText
        help.paragraph(lines.hasSuffix("\n") ? String(lines.dropLast()) : lines)
        page(help.text)
    }

    /// Shows lines that may be more than the window has.
    func page(_ lines: String) {
        // A pager would block functions that run in the background.
        guard setup.isInteractive, scripts.backgroundNumbers.isEmpty, let pager = screen.pager, pager(lines) else {
            return result(lines: lines)
        }
        recording?.add(output: lines)
    }
}

/// The documentation of a name, as text for people.
struct DocText {
    /// Lines that end with newlines.
    let text: String

    init(_ entry: RegistryEntry, _ empty: HelpText) {
        var help = empty
        let type = entry.type.map { entry.isFunction ? " → \($0)" : ": \($0)" } ?? ""
        help.heading(
            (entry.kind == .hook ? "hook " : "") + (entry.isFunction ? entry.signature : entry.name) + type)
        help.paragraph(entry.summary, indent: 2)
        if !entry.text.isEmpty { help.paragraph(entry.text, indent: 2) }
        Self.add(entry.parameters, to: &help, indent: 2)
        for error in entry.errors { help.paragraph("!  \(error)", indent: 2) }
        if let example = entry.example {
            help.paragraph("example:", indent: 2)
            help.verbatim(example, indent: 4)
        }
        text = help.text
    }

    init(_ command: PromptCommand, _ empty: HelpText) {
        var help = empty
        help.heading(command.usage)
        help.paragraph(command.summary, indent: 2)
        if !command.text.isEmpty { help.paragraph(command.text, indent: 2) }
        text = help.text
    }

    init(_ topic: DocTopics.Topic, _ empty: HelpText) {
        var help = empty
        help.heading("\(topic.name): \(topic.summary)")
        help.list(
            topic.entries.map { entry in
                let type = entry.kind == .field ? entry.type.map { "\($0); " } ?? "" : ""
                return (entry.name, type + entry.summary)
            }, indent: 2)
        text = help.text
    }

    private static func add(_ parameters: [RegistryEntry.Parameter], to help: inout HelpText, indent: Int) {
        // Names without a note count for the width, too.
        let width = HelpText.termWidth(of: parameters.map(\.name))
        for parameter in parameters where !parameter.summary.isEmpty || !parameter.options.isEmpty {
            let notes = [parameter.type, parameter.isOptional ? "optional" : "", parameter.summary]
            help.list(
                [(parameter.name, notes.filter { !$0.isEmpty }.joined(separator: "; "))], indent: indent,
                termWidth: width)
            add(parameter.options, to: &help, indent: indent + 2)
        }
    }
}
