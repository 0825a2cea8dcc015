// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
package import MoondialRules
package import NIOCore
import Synchronization
import TextFormats

/// A conversation with a rule engine: takes blocks of Lua and commands, and shows their results.
///
/// Everything happens on the engine's event loop. Blocks are run one after the other; `nextPrompt` says when the next one is
/// wanted.
package final class ReplSession {
    let scripts: ScriptHost
    var engine: RuleEngine { scripts.engine }
    let eventLoop: any EventLoop
    let screen: ReplScreen
    var setup: ReplSetup
    var options: SessionOptions
    /// The blocks and commands that were entered, with their outcomes.
    var journal = SessionJournal()
    let finishedBlocks = FinishedBlocks()
    var runs = RunHistory()
    var recording: Recording?
    var watch: RuleWatch?
    /// The tour, while one goes on.
    var tour: Tour?
    /// The block that runs, and whether it has failed.
    private var present = (block: "", hasFailed: false)
    /// Blocks to run before more input is asked for.
    var queue: [String] = []
    /// Called once, when the session is over.
    package var onEnd: ((ReplEnd) -> Void)?
    /// Where blocks come from, when an `InputLoop` asks for them.
    package var input: (any ReplInput)?
    /// Raised by Ctrl-C at once, for work that keeps the event loop busy.
    package let stop = StopSignal()
    /// How many runs and attempts have ended.
    var sentCount = 0
    /// Output of scripts is dropped.
    var isMuted = false
    /// Cancels the present work.
    var cancelWork: (() -> Void)?

    private var isBusy = false
    private var isOver = false
    private var hasFailed = false
    private var wanted: EventLoopPromise<ReplPrompt>?
    var questions = QuestionQueue()
    /// The block that runs was entered at the prompt, and does not come from a file.
    private(set) var isTyped = true
    /// The present block was entered after this time.
    private(set) var enteredAt = NIODeadline.now()
    /// The purpose of the last prompt that was handed out.
    private var asked = Asked.nothing
    private var endsWhenQuiet = false
    /// Functions in the background are being stopped by `:stop`, or by the end of the session.
    private var isStopping = false

    /// The host must have been made for a prompt, and belongs to the session from now on.
    package init(scripts: ScriptHost, eventLoop: any EventLoop, screen: ReplScreen, setup: ReplSetup) {
        self.scripts = scripts
        self.eventLoop = eventLoop
        self.screen = screen
        self.setup = setup
        options = SessionOptions(isInteractive: setup.isInteractive)
        engine.observe(FinishedRunObserver { [unowned self] in report($0) })
        scripts.onRawAttempt = { [unowned self] in report($0) }
        scripts.onRuleDefined = { [unowned self] in reportRule($0, replaced: $1) }
        engine.onRenewal = { [unowned self] in reportRenewal($0) }
        scripts.onShow = { [unowned self] in showValues($0) }
        scripts.onMaskedText = { [unowned self] in stopReplay() }
        scripts.onBackgroundEnd = { [unowned self] in reportBackground($0, $1) }
        if setup.isLive { scripts.admission = { [unowned self] in admit($0) } }
    }

    private enum Asked: Equatable {
        case nothing, block
        case question(Int)
    }

    // MARK: - Input

    /// Completes when a block, or the answer to a question, is wanted. Only one at a time.
    package func nextPrompt() -> EventLoopFuture<ReplPrompt> {
        let promise = eventLoop.makePromise(of: ReplPrompt.self)
        wanted = promise
        offer()
        return promise.futureResult
    }

    /// Takes the input for the last prompt that was handed out: a block, or the answer to a question.
    ///
    /// `time` is a time before the last piece of the input was typed; the default is now.
    package func receive(_ block: ReplBlock, enteredAt time: NIODeadline = .now()) {
        enteredAt = time
        let asked = asked
        self.asked = .nothing
        if case .question(let number) = asked { return receive(block, answering: number) }
        switch block {
        case .text(let text): begin(text, isTyped: true)
        case .pasted(let inputs):
            queue = inputs + queue
            offer()
        case .interrupted:
            if !setup.isInteractive, !setup.keepsGoing { return end(.interrupted) }
        case .end: endWhenQuiet()
        case .failed(let reason):
            let diagnostic = Diagnostic(
                .inputOutput, "cannot read standard input: \(reason)", fix: "check what it is")
            note(diagnostic)
            end(.unreadable)
        }
    }

    private func receive(_ block: ReplBlock, answering number: Int) {
        // A question that was withdrawn meanwhile has no answer.
        guard let question = questions.remove(number) else { return }
        if case .text(let text) = block {
            question.answer(["y", "yes"].contains(text.trimmingSpaces.lowercased()))
        } else {
            question.answer(false)
        }
        // Ctrl-C also cancels the work, so that a script that asks again and again can be stopped.
        if block == .interrupted { giveUp() }
    }

    /// Handles Ctrl-C: cancels the present work, or the input if there is no work.
    package func interrupt() {
        if case .question = asked { input?.interrupt() } else if !giveUp() { input?.interrupt() }
    }

    /// - Returns: False when nothing goes on.
    @discardableResult
    private func giveUp() -> Bool {
        guard let cancelWork else { return false }
        queue = []
        cancelWork()
        return true
    }

    /// Input comes from a person, who can be asked.
    package var isInteractive: Bool { setup.isInteractive }

    /// Removes a question whose answer is not needed any more.
    func withdrawQuestion(_ number: Int) {
        guard questions.remove(number) != nil else { return }
        if asked == .question(number) { input?.withdraw(question: number) }
    }

    /// Hands out what is next: a question, a block of the queue, or the prompt.
    func offer() {
        if isOver { return }
        if let question = questions.nextToShow, let text = question.text {
            guard wanted != nil else { return }
            note(text)
            return handOut(
                ReplPrompt("Go on? [y/N] ", questionNumber: question.number), for: .question(question.number))
        }
        if isBusy { return }
        if !queue.isEmpty {
            let block = queue.removeFirst()
            echo(block)
            return begin(block, isTyped: false)
        }
        handOut(prompt, for: .block)
    }

    private func handOut(_ prompt: ReplPrompt, for purpose: Asked) {
        guard let wanted else { return }
        self.wanted = nil
        asked = purpose
        wanted.succeed(prompt)
    }

    /// Names the target, in red where it costs money.
    package var prompt: ReplPrompt {
        setup.isLive
            ? ReplPrompt("LIVE(\(setup.target))> ", colour: .red) : ReplPrompt("\(setup.target)> ", colour: .cyan)
    }

    /// Whether more lines must follow before a block can be run. A command is one line.
    package func isIncomplete(_ text: String) -> Bool { !Self.isCommand(text) && scripts.isIncomplete(text) }

    /// Whether a block is a command of the prompt, and no Lua. A label begins with two colons.
    static func isCommand(_ text: String) -> Bool { isCommand(Array(text.utf8.prefix { $0 != 0x0A })) }

    static func isCommand(_ text: [UInt8]) -> Bool {
        let start = text.drop { $0 == 0x20 || $0 == 0x09 }
        return start.first == UInt8(ascii: ":") && start.dropFirst().first != UInt8(ascii: ":")
    }

    /// The inputs in a pasted text.
    func inputs(ofPasted text: String) -> [String] {
        PastedText(
            text, isIncomplete: { scripts.isIncomplete($0) }, isStatement: { scripts.isStatement($0) }
        ).inputs
    }

    private func begin(_ text: String, isTyped: Bool) {
        isBusy = true
        stop.clear()
        self.isTyped = isTyped
        present = (text, false)
        runs.beginBlock()
        recording?.add(input: text, prompt: prompt)
        let trimmed = text.trimmingSpaces
        let line = journal.nextLine
        journal.begin(text, time: setup.wallClock())
        if trimmed.isEmpty { return finishBlock() }
        if Self.isCommand(trimmed) { return runCommand(String(trimmed.dropFirst())) }
        let isDefined = { [scripts] in scripts.names(at: [.text($0)]).type != "nil" }
        if let command = PlainWords.command(for: trimmed, isDefined: isDefined) {
            journal.markCommand(":" + command)
            return runCommand(command)
        }
        evaluate(text, line: line) { [self] result in
            finish(result)
            finishBlock()
        }
    }

    /// Ends the present block.
    func finishBlock() {
        cancelWork = nil
        if let entry = journal.entries.last {
            finishedBlocks.add(KeptBlock(entry.text, time: entry.time, outcome: entry.outcome))
        }
        if let left = runs.endBlock() { note(left) }
        advanceTour(after: present.block, hasFailed: present.hasFailed)
        // A recording of piped input is saved once at the end: saving it after each block would take longer each time.
        if setup.isInteractive { saveRecording() }
        isBusy = false
        offer()
    }

    // MARK: - Blocks

    func evaluate(
        _ text: String, line: Int, isWhole: Bool = false,
        completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) {
        let source = RuleSource(name: .label("stdin"), text: ByteText.bytes(text))
        let work = scripts.evaluate(source, firstLine: line, isWhole: isWhole, completion: completion)
        cancelWork = { work.cancel() }
    }

    func viewLastValues(completion: @escaping (Result<[LuaView], Diagnostic>) -> Void) {
        let work = scripts.viewLastValues(completion: completion)
        cancelWork = { work.cancel() }
    }

    private func finish(_ result: Result<[LuaView], Diagnostic>) {
        switch result {
        case .success(let views):
            journal.end(.done, valueCount: views.count)
            show(views)
        case .failure(let diagnostic): failBlock(diagnostic)
        }
    }

    /// The present block or command has failed.
    func failBlock(_ diagnostic: Diagnostic) {
        let place = diagnostic.site.map { "\($0.source):\($0.line): " } ?? ""
        journal.end(diagnostic.code == .cancelled ? .interrupted : .failed, failure: place + diagnostic.message)
        fail(diagnostic)
    }

    // MARK: - The end

    /// Shows an error, which ends the session unless it is a conversation.
    func fail(_ diagnostic: Diagnostic) {
        note(withHint(diagnostic))
        hasFailed = true
        present.hasFailed = true
        guard !setup.isInteractive, !setup.keepsGoing else { return }
        end(diagnostic.code == .cancelled ? .interrupted : .failed)
    }

    func end(_ end: ReplEnd) {
        guard !isOver else { return }
        isOver = true
        let running = scripts.backgroundNumbers
        stopBackground(running)
        saveRecording()
        if running.isEmpty { onEnd?(end) } else { afterCancellations { [self] in onEnd?(end) } }
    }

    /// Calls a closure when attempts that were cancelled just now have been reported.
    private func afterCancellations(rounds: Int = 3, _ body: @escaping () -> Void) {
        guard rounds > 0 else { return body() }
        eventLoop.assumeIsolated().execute { [self] in afterCancellations(rounds: rounds - 1, body) }
    }

    /// Ends the session. Earlier errors count unless the session is a conversation.
    func endDone() { end(hasFailed && !setup.isInteractive ? .failed : .done) }

    private func endWhenQuiet() {
        // A user who leaves a conversation does not want to wait. Piped input has to get all of its results.
        if setup.isInteractive || scripts.backgroundNumbers.isEmpty { return endDone() }
        isBusy = true
        endsWhenQuiet = true
    }

    /// Ends all work before the process ends, and reports whether the tokens in flight are spent. The closure has to
    /// end the process.
    package func stopAll(_ body: @escaping () -> Void) {
        isOver = true
        stopBackground(scripts.backgroundNumbers)
        cancelWork?()
        saveRecording()
        afterCancellations(body)
    }

    /// Ends functions in the background.
    func stopBackground(_ numbers: [Int]) {
        isStopping = true
        defer { isStopping = false }
        for number in numbers { scripts.cancelBackground(number) }
    }

    private func reportBackground(_ number: Int, _ result: Result<[LuaView], Diagnostic>) {
        switch result {
        case .success(let views):
            note("[\(number)] done\(views.isEmpty ? "" : ":")")
            show(views)
        case .failure(let diagnostic) where diagnostic.code == .cancelled && (setup.isInteractive || isStopping):
            note("[\(number)] stopped")
        case .failure(let diagnostic):
            note("[\(number)] failed:")
            fail(diagnostic)
        }
        if endsWhenQuiet, scripts.backgroundNumbers.isEmpty { endDone() }
    }

    /// A script runs before the first prompt. The script may ask questions, and Ctrl-C ends it.
    ///
    /// - Parameter cancel: Ends the script.
    package func beginScript(cancel: @escaping () -> Void) {
        isBusy = true
        cancelWork = cancel
    }

    /// The script has failed, which counts like an error in the input.
    package func noteFailure() { hasFailed = true }

    /// The script has ended: the prompt is next.
    package func endScript() {
        cancelWork = nil
        isBusy = false
        offer()
    }

    /// From now on input comes from a person: after a file or pipe has been run with `-i`.
    package func becomeInteractive() {
        setup.isInteractive = true
        options = SessionOptions(isInteractive: true)
        hasFailed = false
        isBusy = false
        isOver = false
    }
}

/// A flag by which one thread tells another to stop its work.
package final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    init() {}

    var isRaised: Bool { flag.load(ordering: .relaxed) }

    package func raise() { flag.store(true, ordering: .relaxed) }

    func clear() { flag.store(false, ordering: .relaxed) }
}
