// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialRules
import MoondialWorkbench

struct DiffCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show where two rulebooks differ in what they lead to.",
        discussion: """
            Explores both as 'moondial explore' does, and compares the result of each path: the decision with its reason and \
            fields, where requests are sent, what is charged and what is logged. Layout, names and order show only where \
            they matter.

              moondial diff old.lua new.lua
              moondial diff --old HEAD~1:rules rules --fail-on 'deny->allow,review->allow'

            The exit status is 0, also with differences; 1 when there is one that --fail-on names, and 65 when rules do \
            not load.
            """)

    @Argument(
        help: ArgumentHelp("The file or folder as it was, then as it is.", valueName: "files"), completion: .file())
    var paths: [String] = []

    @Option(help: ArgumentHelp("Take the old rules from a git revision.", valueName: "ref:path"))
    var old: String?

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "What is explored")
    var scope: ExplorationOptions

    @Option(
        help: ArgumentHelp(
            "End with status 1 when decisions change so: 'deny->allow,review->allow'.", valueName: "changes"))
    var failOn: String?

    @Option(help: ArgumentHelp("What one charged attempt costs: shows money.", valueName: "amount"))
    var price: Double?

    @Option(help: "text, json or markdown.")
    var format = ExploreCommand.Format.text

    @Flag(help: "The same as --format json.")
    var json = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        let forbidden = try failOn.map(Self.changes) ?? []
        guard rules.rules.isEmpty else {
            throw Failure.usage("diff takes no --rules", fix: "name the old and the new file: moondial diff OLD NEW")
        }
        guard paths.count == (old == nil ? 2 : 1) else {
            throw Failure.usage(
                "diff: \(old == nil ? "two files or folders" : "one file or folder beside --old") expected, "
                    + "got \(paths.count)", fix: "moondial diff OLD NEW, or moondial diff --old REF:PATH NEW")
        }
        let exploring = try ExplorationPlan(scope)
        let revision = try old.map(GitRevision.init)
        defer { revision?.remove() }
        let explorations = try [revision?.path ?? paths[0], paths[paths.count - 1]].map { path in
            var options = rules
            options.rules = [path]
            return try exploring.explore(try RuleSettings(options, shell: shell), shell)
        }
        let diff = RulebookDiff(old: explorations[0], new: explorations[1])
        switch json ? .json : format {
        case .text: shell.output.write(diff.text(style: shell.terminal.style, price: price))
        case .json: shell.output.write(line: diff.json(price: price).bytes)
        case .markdown: shell.output.write(diff.markdown(price: price))
        }
        for exploration in explorations {
            if let omission = exploration.omission { shell.errors.warn(omission) }
        }
        let isForbidden = diff.changes.contains { change in forbidden.contains { $0 == (change.old, change.new) } }
        return isForbidden ? .denied : .done
    }

    private static func changes(_ text: String) throws(Failure) -> [(Decision.Outcome, Decision.Outcome)] {
        var changes: [(Decision.Outcome, Decision.Outcome)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "->", omittingEmptySubsequences: false).map { word in
                Decision.Outcome(rawValue: String(word.filter { $0 != " " }))
            }
            guard ends.count == 2, let old = ends[0], let new = ends[1] else {
                throw Failure.usage("--fail-on: changes such as 'deny->allow,review->allow' expected, got '\(text)'")
            }
            changes.append((old, new))
        }
        return changes
    }
}
