// SPDX-License-Identifier: MIT

import MoondialLua
package import MoondialRules
import NumberVerification

extension ReplSession {
    // MARK: - Output

    /// Values, each on a line of its own, or on several in a conversation.
    func show(_ views: [LuaView], limits: ValuePrinter.Limits? = nil) {
        let printer = ValuePrinter(
            limits: limits ?? options.limits, width: setup.isInteractive ? screen.width() : nil, style: screen.style,
            redacted: engine.redacted)
        for view in views { result(lines: printer.text(view) + "\n") }
    }

    /// Writes lines that end with newlines.
    func result(lines: String) {
        recording?.add(output: lines)
        screen.results(lines)
    }

    /// A line about what happens, which is no result. Made printable.
    func note(_ line: String) { note(lines: String(escaping: line.utf8) + "\n") }

    func note(lines: String) {
        recording?.add(output: lines)
        screen.notes(lines)
    }

    /// A line that a script has printed, or a rule has logged. On the event loop, perhaps while Lua runs.
    package func printed(_ line: [UInt8]) { result(lines: String(decoding: line, as: UTF8.self) + "\n") }

    package func logged(_ line: LogLine) { note(lines: LogText.line(for: line)) }

    /// Shows a block that was not typed, as if it had been.
    func echo(_ block: String) {
        let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            screen.notes((index == 0 ? prompt.text : prompt.continuation) + line + "\n")
        }
    }

    func saveRecording() {
        guard let recording else { return }
        do throws(Diagnostic) {
            try recording.save(redactor: engine.redactor)
        } catch {
            self.recording = nil
            note(lines: DiagnosticText(error, style: screen.notesStyle).text)
        }
    }

    // MARK: - Runs

    /// A run has ended: draws it with what failed there, unless there are too many, and says what it cost and what became
    /// of its token.
    func report(_ run: FinishedRun) {
        if runs.add(run) {
            if options.trace != .off { draw(run.trace) }
            for failure in run.failures { note(lines: DiagnosticText(failure, style: screen.notesStyle).text) }
        }
        if case .cancelled = run.result.grounds { note(lines: InterruptionText.line(for: run.result)) }
        if setup.isLive { note(cost(of: run.result.attempts.map(\.attempt))) }
    }

    /// An attempt of `moondial.attempt` outside of rules.
    func report(_ attempt: Attempt) {
        if attempt.error?.kind == .cancelled {
            note("interrupted: the attempt at \(attempt.endpoint.rawValue): delivered \(attempt.delivered.rawValue)")
        }
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
            for step in trace.stepsJSON { note("  " + step.description) }
        }
    }

    // MARK: - Rules

    func reportRule(_ rule: RuleOutline, replaced: RuleOutline?) {
        let redactor = engine.redactor
        let name = String(escaping: redactor.rule(rule.name).utf8)
        if let replaced {
            note(
                "rule '\(name)' replaced: \(redactor.source(rule.file)):\(rule.line), was \(redactor.source(replaced.file)):\(replaced.line)"
            )
        } else {
            note("rule '\(name)' added: \(rule.hooks.keys.sortedNames.joined(separator: ", "))")
        }
    }

    /// What ran before could be stopped only by giving up the Lua state.
    func reportRenewal(_ trouble: Diagnostic?) {
        guard let trouble else { return note("this is a fresh Lua state: variables and typed rules are gone") }
        note(lines: DiagnosticText(trouble, style: screen.notesStyle).text)
    }

    // MARK: - Permission

    /// Before the first call that costs money: asks about this call.
    func admit(_ request: PermissionRequest) {
        let call = "\(request.function) \(request.endpoint.map { "\($0.rawValue) " } ?? "")\(request.phone.masked)"
        if let number = request.backgroundNumber, engine.admission != nil, setup.canAsk {
            return list(request, "[\(number)] \(call)")
        }
        let question = confirm(call) { request.answer(refusal: $0) }
        if let question { request.onWithdrawal = { [weak self] in self?.withdrawQuestion(question) } }
    }

    /// A call in the background is asked about above the prompt, and answered by a command with its number: what is typed at
    /// the prompt meanwhile is Lua, and no answer.
    private func list(_ request: PermissionRequest, _ call: String) {
        lastRequest += 1
        let number = lastRequest
        requests[number] = request
        request.onWithdrawal = { [weak self] in self?.requests[number] = nil }
        note("\(call) calls \(setup.target) live: \(Self.costs). :allow \(number) sends it, :refuse \(number) does not")
    }

    private static let costs = "a match or mismatch is billed, and the token is spent"

    /// Answers a call in the background.
    ///
    /// - Throws: A diagnostic when no call of that number waits.
    func answer(_ word: String?, isAllowed: Bool) throws(Diagnostic) {
        guard let word, let number = Int(word), let request = requests.removeValue(forKey: number) else {
            let waiting = requests.keys.sorted().map(String.init).joined(separator: ", ")
            throw Diagnostic(
                .usage, word.map { "no call waits under the number '\($0)'" } ?? "the number of a call is missing",
                fix: waiting.isEmpty ? "no call waits for an answer" : "waiting: \(waiting)")
        }
        if isAllowed { engine.admission = nil }
        request.answer(refusal: isAllowed ? nil : "nothing was sent: the live call was refused")
    }

    /// Asks whether what is named may be sent to the provider, unless an earlier question got a yes.
    ///
    /// `answered` gets why nothing is sent, or nil.
    ///
    /// - Returns: The question, unless there is an answer at once.
    @discardableResult
    func confirm(_ call: String, answered: @escaping (_ refusal: String?) -> Void) -> Int? {
        guard engine.admission != nil else {
            answered(nil)
            return nil
        }
        guard setup.canAsk else {
            answered("nothing was sent: the first live call needs a yes, and input comes from no terminal")
            return nil
        }
        return ask("\(call) calls \(setup.target) live: \(Self.costs). Go on? [y/N] ") { [self] answer in
            guard let answer, ["y", "yes"].contains(answer.trimmingSpaces.lowercased()) else {
                return answered("nothing was sent: the live call was not confirmed")
            }
            // Later calls are not asked about. Those that wait already have a question of their own.
            engine.admission = nil
            answered(nil)
        }
    }

    /// A replay ends at a call whose phone or token was masked when it was saved.
    func stopReplay() {
        guard !queue.isEmpty else { return }
        queue = []
        note("replay stopped: the transcript holds a mask in the place of a phone or token; type the call with yours")
    }
}

extension Sequence<Hook> {
    /// In the order in which a run meets them.
    var sortedNames: [String] {
        let hooks = Array(self)
        return Hook.allCases.filter(hooks.contains).map(\.rawValue)
    }
}
