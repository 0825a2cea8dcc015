// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialPresentation
package import MoondialRules
import NumberVerification
import TextFormats

extension ReplSession {
    // MARK: - Output

    /// Values, each on a line of its own, or on several in a conversation.
    func show(_ views: [LuaView], limits: ValuePrinter.Limits? = nil) {
        let printer = printer(limits ?? options.limits)
        for view in views { result(lines: printer.text(view) + "\n") }
    }

    /// Shows the arguments of a script's `show`.
    func showValues(_ views: [LuaView]) { if !isMuted { show(views) } }

    func printer(_ limits: ValuePrinter.Limits) -> ValuePrinter {
        ValuePrinter(
            limits: limits, width: widthForPeople, style: screen.style,
            redacted: scripts.redacted)
    }

    /// Writes lines that end with newlines.
    func result(lines: String) {
        recording?.add(output: lines)
        screen.results(lines)
    }

    /// Prints a note, which is no result, in printable form.
    func note(_ line: String) { note(lines: fitted(String(escaping: line.utf8)) + "\n") }

    func note(_ diagnostic: Diagnostic) {
        note(lines: DiagnosticText(diagnostic, style: screen.notesStyle, width: widthForPeople).text)
    }

    /// Prints text, which is broken at words in a conversation.
    func result(text: String) { result(lines: fitted(text)) }

    private func fitted(_ text: String) -> String {
        widthForPeople.map { DisplayText.fitted(lines: text, to: $0) } ?? text
    }

    /// The cells of a line; nil when programs read the output.
    private var widthForPeople: Int? { setup.isInteractive ? screen.width() : nil }

    func note(lines: String) {
        recording?.add(output: lines)
        screen.notes(lines)
    }

    /// A line that a script has printed, or a rule has logged. On the event loop, perhaps while Lua runs.
    package func printed(_ line: [UInt8]) {
        if !isMuted { result(lines: ByteText.text(line) + "\n") }
    }

    package func logged(_ line: LogLine) {
        if !isMuted { note(lines: LogText.line(for: line)) }
    }

    /// Shows a block that was not typed, as if it had been.
    func echo(_ block: String) {
        let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        let style = screen.notesStyle
        let text = prompt.colour.map { style.colour(prompt.text, $0) } ?? prompt.text
        for (index, line) in lines.enumerated() {
            // As the editor shows it.
            let shown = line.map { DisplayWidth.replacement(for: $0) ?? String($0) }.joined()
            screen.notes((index == 0 ? text : style.dim(prompt.continuation)) + shown + "\n")
        }
    }

    func saveRecording() {
        guard let recording else { return }
        do throws(Diagnostic) {
            try recording.save(redactor: engine.redactor)
        } catch {
            self.recording = nil
            note(error)
        }
    }

    // MARK: - Runs

    /// Reports a run that has ended: draws it with its failures, unless the block has too many runs, and says what it
    /// cost and whether its token is spent.
    func report(_ run: FinishedRun) {
        tour?.add(run.result)
        sentCount += 1
        if runs.add(run) {
            if options.trace != .off { draw(run.trace) }
            for failure in run.failures { note(failure) }
        }
        if case .cancelled = run.result.why {
            let line = InterruptionText.line(for: run.result)
            if runs.isQuiet { runs.addInterruption(line) } else { note(lines: fitted(line)) }
        }
        if setup.isLive { note(cost(of: run.result.attempts.map(\.attempt))) }
    }

    /// An attempt of `moondial.attempt` outside of rules.
    func report(_ attempt: Attempt) {
        sentCount += 1
        if attempt.error?.kind == .cancelled { note(lines: fitted(InterruptionText.line(for: attempt))) }
        if setup.isLive { note(cost(of: [attempt])) }
    }

    private func cost(of attempts: [Attempt]) -> String {
        if attempts.isEmpty { return "live: nothing was sent, nothing is billed" }
        let parts = attempts.map { attempt in
            let what = attempt.code.map(String.init) ?? attempt.error?.kind.rawValue ?? "no code"
            let cost =
                switch attempt.billed {
                case .yes: "billed"
                case .no: "not billed"
                case .maybe: "perhaps billed"
                }
            return "\(attempt.endpoint.rawValue) \(what), \(cost)"
        }
        return "live: \(parts.joined(separator: "; "))"
    }

    func draw(_ trace: Trace) {
        let waterfall = Waterfall(
            width: screen.width(), repertoire: screen.repertoire, style: screen.notesStyle)
        note(lines: waterfall.draw(trace))
        if options.trace == .full {
            for step in trace.stepsJSON { note(lines: "  \(String(escaping: step.description.utf8))\n") }
        }
    }

    // MARK: - Rules

    func reportRule(_ rule: RuleOutline, replaced: RuleOutline?) {
        let redactor = engine.redactor
        let name = redactor.rule(rule.name)
        if let replaced {
            note(
                "rule '\(name)' replaced: \(redactor.source(rule.file)):\(rule.line), was \(redactor.source(replaced.file)):\(replaced.line)"
            )
        } else {
            note("rule '\(name)' added: \(rule.hooks.keys.sortedNames.joined(separator: ", "))")
        }
    }

    /// Reports that a fresh Lua state has replaced the last one, or why that failed.
    func reportRenewal(_ diagnostic: Diagnostic?) {
        guard let diagnostic else { return note("this is a fresh Lua state: variables and typed rules are gone") }
        note(diagnostic)
    }
}

extension Sequence<Hook> {
    /// In the order in which a run meets them.
    var sortedNames: [String] {
        let hooks = Array(self)
        return Hook.allCases.filter(hooks.contains).map(\.rawValue)
    }
}
