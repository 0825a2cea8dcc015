// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import TextFormats

extension PromptCommand {
    static let helpCommands = [
        PromptCommand("help", "[COMMAND]", "lists the commands, or tells about one") { call throws(Diagnostic) in
            let name = call.argument.hasPrefix(":") ? String(call.argument.dropFirst()) : call.argument
            if name.isEmpty { return call.session.result(lines: list) }
            guard let command = find(name) else {
                throw Diagnostic(
                    .usage, "there is no command ':\(name)'\(Suggestion.clause(for: name, in: all.map(\.name)))",
                    fix: "see :help; :doc tells about words of the language")
            }
            call.session.result(lines: DocText(command, style: call.session.screen.style).text)
        },
        PromptCommand("doc", "NAME", "tells about a word of the language: :doc verify, :doc req.phone, :doc find") {
            call throws(Diagnostic) in
            let name = try call.required("a name, such as verify", for: "doc")
            if name.hasPrefix(":"), let command = find(String(name.dropFirst())) {
                return call.session.result(lines: DocText(command, style: call.session.screen.style).text)
            }
            let found = Registry.find(name)
            guard !found.isEmpty else {
                let shown = String(escaping: name.utf8)
                throw Diagnostic(
                    .usage,
                    "nothing is known about '\(shown)'\(Suggestion.clause(for: name, in: Registry.entries.map(\.name)))"
                )
            }
            let texts = found.map { DocText($0, style: call.session.screen.style).text }
            call.session.result(lines: texts.joined(separator: "\n"))
        },
        PromptCommand("explain", "CODE", "says what a code means and what to do: :explain 9003") {
            call throws(Diagnostic) in
            let code = try call.required("a code, such as 9003 or response_timeout", for: "explain")
            guard let text = call.session.setup.explain(code) else {
                let shown = String(escaping: code.utf8)
                let codes = call.session.setup.codes()
                throw Diagnostic(.usage, "no code '\(shown)' is known\(Suggestion.clause(for: code, in: codes))")
            }
            call.session.result(lines: text)
        },
    ]

    private static var list: String {
        let width = 20
        let lines = all.flatMap { command in
            // A usage that is too long for its column has a line of its own.
            let isLong = command.usage.count > width
            return (isLong ? [command.usage] : [])
                + TextTable([[isLong ? "" : command.usage, command.summary]]).lines(widths: [width])
        }
        return """
            Type Lua: an expression shows its value, which then is _ (the one before it is _2, up to _9).
            verify("13800138000", "sim:code=9001") asks the service; :doc verify tells more.

            """ + "\n" + lines.map { $0 + "\n" }.joined()
    }
}

/// What is known about a name, for people.
struct DocText {
    /// Lines that end with newlines.
    let text: String

    init(_ entry: RegistryEntry, style: TextStyle) {
        var lines = [style.bold(entry.signature) + (entry.type.map { " → \($0)" } ?? "")]
        if !entry.isFunction { lines = [style.bold(entry.name) + (entry.type.map { ": \($0)" } ?? "")] }
        if entry.kind == .hook { lines[0] = style.bold("hook ") + lines[0] }
        lines.append("  \(entry.summary)")
        if !entry.text.isEmpty { lines.append("  \(entry.text)") }
        lines += Self.parameters(entry.parameters, indent: 2)
        lines += entry.errors.map { "  ! \($0)" }
        if let example = entry.example {
            lines.append("  example:")
            lines += example.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        }
        text = lines.map { $0 + "\n" }.joined()
    }

    init(_ command: PromptCommand, style: TextStyle) {
        var lines = [style.bold(command.usage), "  \(command.summary)"]
        lines += command.text.split(separator: "\n").map { "  \($0)" }
        text = lines.map { $0 + "\n" }.joined()
    }

    private static func parameters(_ parameters: [RegistryEntry.Parameter], indent: Int) -> [String] {
        let shown = parameters.filter { !$0.summary.isEmpty || !$0.options.isEmpty }
        let rows = shown.map { parameter in
            let notes = [parameter.type, parameter.isOptional ? "optional" : "", parameter.summary]
            return [parameter.name, notes.filter { !$0.isEmpty }.joined(separator: "; ")]
        }
        // Names without a note count for the width, too.
        let width = parameters.map { DisplayText.width($0.name) }.max() ?? 0
        let lines = TextTable(rows, indent: indent).lines(widths: [width])
        return zip(lines, shown).flatMap { [$0] + self.parameters($1.options, indent: indent + 2) }
    }
}
