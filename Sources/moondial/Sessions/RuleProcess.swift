// SPDX-License-Identifier: MIT

import MoondialConsole
import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import NIOPosix
import Synchronization

/// Runs a rule engine for one command, on an event loop on the main thread, until the process ends.
final class RuleProcess {
    /// What a session is created from.
    struct Plan {
        let settings: Settings
        let target: Target
        let rules: RuleFiles
        /// Whether a script is run; else the rules decide on one request.
        let runsScript: Bool
        /// Whether every run is drawn on standard error when it ends.
        let drawsRuns: Bool
    }

    let scripts: ScriptHost
    var engine: RuleEngine { scripts.engine }
    let shell: Shell
    let plan: Plan
    /// The work that an interrupt cancels.
    var work: (any RunHandle)?
    /// The results of the runs that have ended, for a script that returns one of them.
    private(set) var results = FinishedResults()

    private let interruption = Interruption()
    private var hasReportedInterruption = false

    /// Starts the engine and passes the session to `body`, which ends the process with ``end(_:)``. Never returns.
    static func run(_ plan: Plan, shell: Shell, body: @escaping (RuleProcess) -> Void) -> Never {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            do throws(Failure) {
                body(try RuleProcess(plan, shell: shell, eventLoop: eventLoop))
            } catch {
                shell.end(error)
            }
        }
        preconditionFailure("the event loop ended before the process")
    }

    private init(_ plan: Plan, shell: Shell, eventLoop: any EventLoop) throws(Failure) {
        self.plan = plan
        self.shell = shell
        if let warning = plan.target.warning { shell.errors.warn(warning) }
        let client = try plan.target.makeClient(plan.settings, eventLoop: eventLoop)

        var settings = try plan.engineSettings()
        // Standard output holds results: the lines that a script prints, or a decision alone.
        let redactor = Redactor(secrets: settings.secrets, showsPhones: settings.run.showPhones)
        settings.print = {
            if plan.runsScript {
                shell.output.write(line: $0)
            } else {
                shell.errors.write(redactor.text(String(decoding: $0, as: UTF8.self)) + "\n")
            }
        }
        settings.outputRoom = StreamRoom(
            plan.runsScript ? shell.output.writer : shell.errors.writer, shell.errors, eventLoop)
        settings.log = { shell.errors.log(LogText.line(for: $0)) }
        do throws(Diagnostic) {
            scripts = try ScriptHost(rules: plan.rules, settings: settings, attempts: client, eventLoop: eventLoop)
        } catch {
            throw Failure(error)
        }
        for warning in scripts.engine.replacements.compactMap(\.warning) { shell.errors.warn(warning) }
        scripts.engine.guardCalls(of: plan, warn: shell.errors.warn)
        scripts.onShow = { [unowned self] in show($0) }
        engine.observe(FinishedRunObserver { [unowned self] in report($0) })
        // An interrupt stops a script in its Lua code, since a script may never wait. Hooks end at their limits; after
        // that the event loop cancels the work.
        let interrupter = plan.runsScript ? engine.interrupter : nil
        Interrupts.watch(on: eventLoop) { [interruption] signal in
            interruption.note(signal)
            interrupter?.interrupt()
        } handler: { [self] _ in
            interrupter?.clear()
            work?.cancel()
        }
    }

    /// Ends the process: with this status, or with that of the signal that interrupted it.
    func end(_ status: ExitStatus) -> Never {
        shell.end(interruption.status ?? status)
    }

    func end(_ failure: Failure) -> Never {
        guard let status = interruption.status else { shell.end(failure) }
        if !hasReportedInterruption { shell.errors.write("interrupted\n") }
        shell.end(status)
    }

    // MARK: - Reports

    /// Prints values that a script shows, as the prompt does.
    private func show(_ views: [LuaView]) {
        let terminal = shell.terminal
        var limits = ValuePrinter.Limits()
        if !terminal.isInteractive { limits = .ofPrograms }
        let printer = ValuePrinter(
            limits: limits, width: terminal.isInteractive ? terminal.width : nil, style: terminal.style,
            redacted: scripts.redacted)
        for view in views { shell.output.write(printer.text(view) + "\n") }
    }

    private func report(_ run: FinishedRun) {
        if plan.drawsRuns {
            shell.errors.write(draw(run.trace, on: shell.errorTerminal))
        }
        for failure in run.failures { shell.errors.write(failure) }
        if interruption.status != nil {
            shell.errors.write(InterruptionText.line(for: run.result))
            hasReportedInterruption = true
        }
        if plan.runsScript { results.add(run.result) }
    }

    func draw(_ trace: Trace, on terminal: Terminal) -> String {
        Waterfall(width: terminal.width, repertoire: terminal.repertoire, style: terminal.style).draw(trace)
    }
}

/// The signal that has interrupted a session, if any. Set on one thread and read on another.
private final class Interruption: Sendable {
    private let signal = Atomic<Int32>(0)

    func note(_ signal: Int32) { self.signal.store(signal, ordering: .sequentiallyConsistent) }

    /// The exit status for the signal; nil without a signal.
    var status: ExitStatus? {
        let signal = signal.load(ordering: .sequentiallyConsistent)
        return signal == 0 ? nil : ExitStatus(signal: signal)
    }
}
