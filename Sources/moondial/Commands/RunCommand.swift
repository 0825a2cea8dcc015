// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialLua
import MoondialRules
import TextFormats

struct RunCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a Lua script that verifies.",
        discussion: """
            The script has the words of rule files, and verify and moondial.attempt besides. Everything after FILE \
            belongs to the script, in arg and as its arguments; options of moondial go before it.

            A script that ends with 'return verify(…)' sets the exit status as 'moondial verify' does, and with --json \
            prints that decision. Otherwise the status is 0, or 65 after an error.
            """)

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Simulator")
    var simulator: SimulatorOptions

    @OptionGroup(title: "Store")
    var store: StoreOptions

    @Option(
        name: .customShort("e"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Run this text. Given several times, each text is a line of one script.", valueName: "code"))
    var code: [String] = []

    @Flag(help: "Draw the trace of every run on standard error.")
    var trace = false

    @Flag(help: "Print the decision that the script returns as one line of JSON.")
    var json = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The script, - for standard input, and its arguments.", valueName: "file"),
        completion: .file())
    var words: [String] = []

    /// The parser passes all words through unchecked, so an unknown option in the place of the script is refused here.
    func validate() throws {
        guard code.isEmpty, let word = words.first, word.hasPrefix("-"), word != "-", word != "--" else { return }
        if word == "-h" || word == "--help" { throw CleanExit.helpRequest(self) }
        throw ValidationError("unknown option '\(word)'")
    }

    func perform(_ shell: Shell) throws -> ExitStatus {
        try checkScript()
        let plan = try RuleProcess.Plan(
            rules, target, simulator, store, runsScript: true, drawsRuns: trace, shell: shell)
        let (script, root, arguments) = try script(plan.settings.run.limits)
        if case .remote = plan.target.place { shell.errors.write("target: \(plan.target.title)\n") }
        RuleProcess.run(plan, shell: shell) { session in
            session.work = session.scripts.run(script, root: root, arguments: arguments) { result in
                switch result {
                case .success(let values): finish(values.first ?? .nil, session)
                case .failure(let diagnostic): session.end(Failure(diagnostic))
                }
            }
        }
    }

    /// The words after the options, without the "--" that may end the options.
    private var scriptWords: ArraySlice<String> { words.first == "--" ? words.dropFirst() : words[...] }

    private func checkScript() throws(Failure) {
        guard code.isEmpty, scriptWords.isEmpty else { return }
        throw .usage("run needs a script", fix: "name a file, - for standard input, or give the text with -e")
    }

    /// The script to run, the folder of its modules, and its arguments.
    private func script(_ limits: RunLimits) throws -> (RuleSource, root: String, arguments: [String]) {
        guard code.isEmpty, let file = scriptWords.first else {
            let text = ByteText.bytes(code.joined(separator: "\n"))
            return (RuleSource(name: .label("-e"), text: text), ".", Array(scriptWords))
        }
        let arguments = Array(scriptWords.dropFirst())
        if file == "-" {
            let text = try StandardInput.readAll(limit: max(limits.sourceBytes, JSONValue.Limits.default.bytes))
            return (RuleSource(name: .label("stdin"), text: text), ".", arguments)
        }
        return (try RuleSource.read(file, limits: limits), FileSystem.folder(of: file), arguments)
    }

    private func finish(_ value: LuaValue, _ session: RuleProcess) -> Never {
        switch session.results.match(value) {
        case .run(let result):
            if json { session.shell.output.write(line: result.json(target: session.plan.target.name).bytes) }
            session.end(ExitStatus(result))
        case .forgotten(let outcome):
            if json {
                session.shell.errors.warn("the decision is older than the last \(FinishedResults.capacity) runs")
            }
            session.end(ExitStatus(outcome))
        case nil: session.end(.done)
        }
    }
}
