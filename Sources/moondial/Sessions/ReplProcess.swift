// SPDX-License-Identifier: MIT

import MoondialConsole
import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerificationSimulator
import Platform

/// A session at the prompt, or with input from a pipe or file, on an event loop on the main thread, until the process
/// ends.
final class ReplProcess {
    /// The options of the command line.
    struct Options {
        var stays: Bool
        var keepsGoing: Bool
        var canAsk: Bool
        /// Whether lines are kept in a file for later conversations.
        var keepsHistory: Bool
        /// Runs before anything is typed.
        var script: (path: String, source: RuleSource)?
        var rulePaths: [String]
    }

    let shell: Shell
    let plan: RuleProcess.Plan
    let options: Options
    let eventLoop: any EventLoop
    let screen: ConversationScreen
    private let scripts: ScriptHost
    private var engine: RuleEngine { scripts.engine }
    let session: ReplSession

    /// Never returns.
    static func run(_ plan: RuleProcess.Plan, shell: Shell, options: Options) -> Never {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            do throws(Failure) {
                try ReplProcess(plan, shell, options, eventLoop).begin()
            } catch {
                shell.end(error)
            }
        }
        preconditionFailure("the event loop ended before the process")
    }

    private init(
        _ plan: RuleProcess.Plan, _ shell: Shell, _ options: Options, _ eventLoop: any EventLoop
    ) throws(Failure) {
        (self.plan, self.shell, self.options, self.eventLoop) = (plan, shell, options, eventLoop)
        if let warning = plan.target.warning { shell.errors.warn(warning) }
        var setup = ReplSetup(plan, options, shell)
        let simulator: Simulator? =
            if case .inProcess = plan.target.place { plan.target.makeSimulator(plan.settings.simulator) } else { nil }
        if let simulator {
            setup.simulator = simulator
            setup.magicTable = { MagicTableText.text }
        }
        let client = try plan.target.makeClient(plan.settings, simulator: simulator, eventLoop: eventLoop)
        screen = ConversationScreen(shell)
        let output = SessionOutput()
        var settings = try plan.engineSettings()
        // `:sim clock` moves the time that scripts and rules read, too.
        settings.wallClock = { WallClock.milliseconds(ahead: simulator?.behaviour.clockOffset ?? .zero) }
        settings.print = { output.session?.printed($0) }
        settings.outputRoom = StreamRoom(shell.output.writer, shell.errors, eventLoop)
        settings.log = { [errors = shell.errors] in
            if errors.writer.hasRoom { output.session?.logged($0) } else { errors.noteOmission() }
        }
        do throws(Diagnostic) {
            scripts = try ScriptHost(
                rules: plan.rules, settings: settings, attempts: client, eventLoop: eventLoop, isPrompt: true)
        } catch {
            throw Failure(error)
        }
        for warning in scripts.engine.replacements.compactMap(\.warning) { shell.errors.warn(warning) }
        scripts.engine.guardCalls(of: plan, warn: shell.errors.warn)
        session = ReplSession(scripts: scripts, eventLoop: eventLoop, screen: screen.screen, setup: setup)
        output.session = session
    }

    private func begin() {
        // The closure's strong reference keeps this object alive.
        session.onEnd = { [self] in ended($0) }
        Interrupts.watch(on: eventLoop, isConversation: true) {
            [interrupter = engine.interrupter, printer = screen.printer, stop = session.stop] _ in
            // The terminal has shown ^C; go on in the next line.
            printer.current?.print("\n")
            interrupter.interrupt()
            stop.raise()
        } handler: { [self] signal in
            engine.interrupter.clear()
            if signal == SIGINT { return session.interrupt() }
            session.stopAll { [self] in shell.end(ExitStatus(signal: signal)) }
        }
        if let (path, script) = options.script { run(script, path) } else if session.isInteractive { greet() }
        session.input = makeInput(STDIN_FILENO)
        if !InputLoop.start(session, on: eventLoop) {
            shell.end(Failure(Diagnostic(.inputOutput, "cannot start a thread for input")))
        }
    }

    private func run(_ script: RuleSource, _ path: String) {
        let work = scripts.run(script, root: FileSystem.folder(of: path)) { [self] result in
            if case .failure(let diagnostic) = result {
                shell.output.flush()
                shell.errors.write(diagnostic)
                // Without a terminal, the first error ends the process.
                if !session.isInteractive, !options.keepsGoing, !options.stays {
                    shell.end(ExitStatus(diagnostic.code))
                }
                session.noteFailure()
            }
            if session.isInteractive { greet() }
            session.endScript()
        }
        session.beginScript(cancel: { work.cancel() })
    }

    private func greet() {
        let advice = session.hasTour ? "Try :tour or :help; Ctrl-D leaves." : ":help lists the commands, Ctrl-D leaves."
        let width = Terminal(.output, environment: shell.environment).width
        let lines = DisplayText.wrapped("target: \(plan.target.title). \(advice)", width: width)
        shell.errors.write("\(Version.line)\n\(lines.joined(separator: "\n"))\n")
    }

    /// Called at the end of the input: ends the process, or continues at the terminal if `-i` was given.
    private func ended(_ end: ReplEnd) {
        if options.stays, !session.isInteractive, end != .interrupted {
            let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC)
            if terminal >= 0 {
                session.becomeInteractive()
                greet()
                session.input = makeInput(terminal)
                return
            }
            shell.errors.warn("there is no terminal to stay at")
        }
        switch end {
        case .done: shell.end(.done)
        case .failed: shell.end(.badData)
        case .interrupted: shell.end(.interrupted)
        case .unreadable: shell.end(.inputOutput)
        }
    }
}

/// Forwards printed and logged lines to the session, which is created after the functions that print and log.
private final class SessionOutput {
    weak var session: ReplSession?
}

extension ReplSetup {
    fileprivate init(_ plan: RuleProcess.Plan, _ options: ReplProcess.Options, _ shell: Shell) {
        self.init()
        isInteractive = shell.input.isInteractive && shell.terminal.isInteractive
        target = plan.target.promptName
        isLive = plan.target.isLive
        canAsk = options.canAsk && isInteractive
        keepsGoing = options.keepsGoing
        wallClock = WallClock.milliseconds
        rulePaths = options.rulePaths
        let style = shell.terminal.style
        explain = { code in
            let found = Explanations.find(code)
            return found.isEmpty ? nil : found.map { $0.text(style: style) }.joined(separator: "\n")
        }
        codes = { Explanations.all.map(\.code) }
        codeList = {
            Explanations.groups.map { title, explanations in
                (title, explanations.map { ($0.code, $0.content ?? $0.meaning) })
            }
        }
        environment = { shell.environment[$0] }
        let start = WallClock.milliseconds()
        earlierHistory = {
            let file = options.keepsHistory ? HistoryFile(environment: shell.environment.variables) : nil
            return ((try? file?.load()) ?? []).filter { ($0.time ?? 0) < start }
        }
    }
}
