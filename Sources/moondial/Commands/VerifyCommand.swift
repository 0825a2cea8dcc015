// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import TextFormats

struct VerifyCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Decide on one request by rules.",
        discussion: """
            The request is one JSON object on standard input, as the provider takes it:

              {"token": "…", "phone": "13800138000", "exID": "order-42"}

            phone may be a number, exID may be missing, and these options may stand beside them:

              \(RunRequest.optionNames.joined(separator: ", "))

            Prints the decision and, on a terminal or with --trace, what led to it. The exit status is 0 for allow, 1 \
            for deny and 2 for review; where no rule chose, it shows the kind of error (see 'moondial --help').
            """)

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Simulator")
    var simulator: SimulatorOptions

    @OptionGroup(title: "Store")
    var store: StoreOptions

    @Option(help: "The phone number, for a simulator on this machine only: arguments are visible to other users.")
    var phone: String?

    @Option(help: "The token, likewise.")
    var token: String?

    @Option(name: .customLong("exid"), help: ArgumentHelp("Your own id for the request, likewise.", valueName: "id"))
    var exID: String?

    @Flag(help: "Draw the trace, even if the output is no terminal.")
    var trace = false

    @Flag(help: "Say why the request was decided so, and what each hook said.")
    var why = false

    @Flag(help: "Print one line of JSON.")
    var json = false

    @Argument(help: .hidden)
    var unexpected: [String] = []

    func perform(_ shell: Shell) throws -> ExitStatus {
        // The message does not repeat the argument, which may be a token.
        guard unexpected.isEmpty else {
            throw Failure.usage("verify takes no arguments beside options", fix: "give the request on standard input")
        }
        let plan = try RuleProcess.Plan(
            rules, target, simulator, store, runsScript: false, drawsRuns: json && trace, shell: shell)
        let request = try request(for: plan.target, shell)
        RuleProcess.run(plan, shell: shell) { session in
            session.work = session.engine.verify(request) { run in
                print(run, session)
                session.end(ExitStatus(run.result))
            }
        }
    }

    private func request(for target: Target, _ shell: Shell) throws -> RunRequest {
        guard phone != nil || token != nil || exID != nil else { return try readRequest(shell) }
        guard target.isLocalSimulator else {
            throw Failure.usage(
                "--phone, --token and --exid are for a simulator on this machine: arguments are visible to other users",
                fix: "give the request as JSON on standard input")
        }
        guard let phone, let token else {
            throw Failure.usage("--phone and --token go together", fix: "give both, or JSON on standard input")
        }
        for (flag, value) in [("--phone", phone), ("--token", token), ("--exid", exID ?? "")]
        where ByteText.hasRawBytes(value) {
            throw Failure.usage("\(flag): the value is not UTF-8")
        }
        var object: JSONObject = ["phone": .string(phone), "token": .string(token)]
        object["exID"] = exID.map(JSONValue.string)
        return try RunRequest(json: .object(object))
    }

    private func readRequest(_ shell: Shell) throws -> RunRequest {
        if shell.input.isInteractive {
            shell.errors.write("Type the request as JSON, {\"token\": \"…\", \"phone\": \"…\"}, then Ctrl-D:\n")
        }
        let bytes = try StandardInput.readAll(limit: JSONValue.Limits.default.bytes)
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            if error.code == .empty {
                throw Failure(
                    Diagnostic(
                        .requestInvalid, "standard input is empty; expected one JSON object",
                        fix: DiagnosticCode.requestInvalid.advice), status: .noInput)
            }
            throw Failure(
                Diagnostic(
                    .requestInvalid, "standard input is not JSON: \(error)", fix: DiagnosticCode.requestInvalid.advice))
        }
        return try RunRequest(json: json)
    }

    /// The result; with --trace, also what a test needs to reproduce the run.
    private func json(_ run: FinishedRun, _ session: RuleProcess) -> JSONValue {
        let result = run.result.json(target: session.plan.target.name)
        guard trace, var object = result.objectValue else { return result }
        object["request"] = .object(run.trace.requestJSON)
        object["events"] = .array(run.trace.stepsJSON)
        var inputs = JSONObject()
        inputs["clock_ms"] = run.inputs.clock.map(JSONValue.integer)
        inputs["seed"] = run.inputs.seed.map(JSONValue.integer)
        if !inputs.isEmpty { object["inputs"] = .object(inputs) }
        return .object(object)
    }

    private func print(_ run: FinishedRun, _ session: RuleProcess) {
        let output = session.shell.output
        let terminal = session.shell.terminal
        if json {
            output.write(line: json(run, session).bytes)
            return
        }
        output.write(DecisionText(run, target: session.plan.target.title, style: terminal.style).text)
        if why { output.write("\n" + DecisionExplanation(run.trace).text) }
        if trace || terminal.isInteractive { output.write("\n" + session.draw(run.trace, on: terminal)) }
    }
}
