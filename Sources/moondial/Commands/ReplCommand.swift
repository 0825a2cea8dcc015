// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialRules

struct ReplCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl",
        abstract: "Type Lua at a prompt. The same without a command, on a terminal.",
        discussion: """
            Type :help at the prompt. Lines that come from a file or pipe get no prompts: values go to standard output, one \
            a line, errors to standard error, and the first error ends it with status 65.

            With MOONDIAL_BASIC_REPL=1, or TERM=dumb, the prompt does without the line editor. What is typed is kept in \
            $XDG_STATE_HOME/moondial/history, without tokens and phones; a line that begins with a space is not.
            """)

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Simulator")
    var simulator: SimulatorOptions

    @OptionGroup(title: "Store")
    var store: StoreOptions

    @Flag(name: .customShort("i"), help: "Stay at the prompt after input from a pipe.")
    var stays = false

    @Flag(help: "Go on after an error in input from a pipe; the status is 65 all the same.")
    var keepGoing = false

    @Flag(help: "Ask nothing: refuse what would need a yes, such as the first live call.")
    var noInput = false

    @Flag(help: "Neither read nor write the history file.")
    var noHistory = false

    @Argument(help: ArgumentHelp("A script to run first.", valueName: "file"), completion: .file())
    var file: String?

    func perform(_ shell: Shell) throws -> ExitStatus {
        let plan = try RuleProcess.Plan(
            rules, target, simulator, store, runsScript: true, drawsRuns: false, shell: shell)
        let script = try file.map { path throws(Diagnostic) in
            (path, try RuleSource.read(path, limits: plan.settings.run.limits))
        }
        ReplProcess.run(
            plan, shell: shell,
            options: ReplProcess.Options(
                stays: stays, keepsGoing: keepGoing, canAsk: !noInput, keepsHistory: !noHistory, script: script,
                rulePaths: plan.settings.rules ?? []))
    }
}
