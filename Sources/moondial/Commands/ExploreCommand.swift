// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialRules
import MoondialWorkbench
import TextFormats

struct ExploreCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore",
        abstract: "Show what the rules make of everything that can happen.",
        discussion: """
            Runs the rules on every path: each kind of request, and at each attempt each reply and trouble that there can \
            be. Nothing is sent and nothing waits. Prints which outcomes lead to which decision, and what is wrong, \
            each with the shortest path that shows it, as a test to paste.

            The exit status is 0 when nothing is wrong, 1 with a finding of severity error (with --strict: or warning), \
            and 65 when the rules do not load.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, markdown
    }

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "What is explored")
    var scope: ExplorationOptions

    @Option(help: ArgumentHelp("What one charged attempt costs: shows money.", valueName: "amount"))
    var price: Double?

    @Option(help: "text, json or markdown.")
    var format = Format.text

    @Flag(help: "The same as --format json.")
    var json = false

    @Flag(help: "End with status 1 for warnings, too.")
    var strict = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        if let price, !(price >= 0 && price < 1_000_000) {
            throw Failure.usage("--price: an amount from 0 to 1000000 expected")
        }
        let settings = try RuleSettings(rules, shell: shell)
        let exploration = try ExplorationPlan(scope).explore(settings, shell)
        let report = ExplorationReport(exploration, price: price)
        switch json ? .json : format {
        case .text: shell.output.write(report.text(style: shell.terminal.style))
        case .json: shell.output.write(line: report.json.bytes)
        case .markdown: shell.output.write(report.markdown)
        }
        if let omission = exploration.omission { shell.errors.warn(omission) }
        return report.hasFinding(ofAtLeast: strict ? .warning : .error) ? .denied : .done
    }
}
