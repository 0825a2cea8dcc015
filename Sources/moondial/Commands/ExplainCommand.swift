// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialPresentation
import MoondialRules

struct ExplainCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a code of the provider or of moondial means.",
        discussion:
            "Without a code, lists them all. A number with several meanings is explained for each place it has one in.")

    @Argument(
        help: ArgumentHelp("A code, such as 9003, response_timeout or rule_error.", valueName: "code"),
        completion: .list(Explanations.all.map(\.code)))
    var code: String?

    @Flag(help: "Print one line of JSON: an array with an object per meaning.")
    var json = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        let style = shell.terminal.style
        guard let code else {
            shell.output.write(json ? line(Explanations.all) : list(style))
            return .done
        }
        let found = Explanations.find(code)
        guard !found.isEmpty else {
            let clause = Suggestion.clause(for: code, in: Explanations.all.map(\.code))
            throw Failure.usage("no code '\(code)' is known\(clause)", fix: "'moondial explain' lists them all")
        }
        shell.output.write(json ? line(found) : found.map { $0.text(style: style) }.joined(separator: "\n"))
        return .done
    }

    private func line(_ explanations: [Explanation]) -> String {
        JSONValue.array(explanations.map(\.json)).description + "\n"
    }

    private func list(_ style: TextStyle) -> String {
        Explanations.groups.map { title, explanations in
            style.bold(title) + "\n"
                + TextTable(explanations.map { [$0.code, $0.content ?? $0.meaning] }, indent: 2).text
        }.joined(separator: "\n")
    }
}
