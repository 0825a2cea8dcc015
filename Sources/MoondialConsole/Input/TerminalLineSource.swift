// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import NIOCore
package import Platform

/// The line editor on a terminal.
///
/// The terminal is in raw mode only while ``next(_:)`` waits for a block. Used by one thread at a time.
package final class TerminalLineSource {
    /// How long after an escape the rest of its sequence may take to come.
    private static let escapeTimeout = Duration.milliseconds(50)
    /// How long a terminal may take to say where its cursor is.
    private static let reportTimeout = Duration.milliseconds(100)
    /// How many pieces of input are taken before the screen is drawn.
    private static let piecesPerDrawing = 64

    package var editor: Editor
    private let terminal: TerminalSession
    /// For other threads, to print while a block is edited.
    package let printer: AbovePrinter
    /// Where blocks are kept. The default is nowhere.
    package var historyFile: HistoryFile?
    /// Why the last block could not be kept.
    package private(set) var historyError: HistoryFileError?

    /// How long there must be no input before a question is shown: input that still arrives belongs to the block
    /// before.
    private static let quietTime = Duration.milliseconds(50)
    /// How many times to wait for that.
    private static let quietTries = 40

    /// Opens the block being typed; nil where there is none.
    var externalEditor: ExternalEditor?
    /// Milliseconds since 1970.
    var now: @Sendable () -> Int64 = { 0 }
    /// The target of the blocks, which is kept with them.
    var target: String?
    /// The outcomes of the blocks.
    var finished = FinishedBlocks()
    /// Removes submitted secrets from blocks that are kept.
    var redactor: Redactor?
    /// Blocks of this session that have not been written to the history file.
    private var unwritten: [String] = []
    /// Blocks that were written: as they were entered, and as they were written.
    private var written: [(block: String, kept: String)] = []
    /// The generation of the known secrets at the last check of the written blocks.
    private var hiddenGeneration = 0

    /// Whether the present question needs no answer any more.
    private var isWithdrawn: () -> Bool = { false }
    private var painter = ScreenPainter()
    private var size = TerminalSession.Size(width: 80, height: 24)

    /// `output` writes to the terminal while no block is edited.
    package init(
        editor: Editor, terminal: TerminalSession, output: OutputWriter, historyFile: HistoryFile? = nil
    ) {
        self.editor = editor
        self.terminal = terminal
        self.historyFile = historyFile
        printer = AbovePrinter(output, wake: terminal.waker)
    }

    /// Waits for the next block.
    ///
    /// - Throws: ``TerminalError`` when the terminal cannot be used. Its end is not an error.
    package func next(_ prompt: Prompt) throws -> ReplBlock {
        writeHistory()
        var input = try start(prompt)
        while true {
            if let input { return input }
            do {
                noteQuiet()
                input = try proceed(try terminal.wait(timeout: timeout))
            } catch {
                stop()
                throw error
            }
        }
    }

    /// Wakes the wait for a block or answer, so that it prints waiting output and notices a withdrawn question. May be
    /// called by any thread.
    package var waker: @Sendable () -> Void { terminal.waker }

    /// Waits for the answer to a question. The answer is not Lua, cannot be pasted, and is not kept in the history.
    /// Input from before the question was shown, or after the answer, is kept for the next block.
    ///
    /// - Parameters:
    ///   - question: Shown in the place of the prompt.
    ///   - isWithdrawn: Whether the question needs no answer any more; asked again after a call of ``waker``.
    /// - Returns: The line, or `interrupted` when the question is withdrawn or Ctrl-C was pressed.
    /// - Throws: ``TerminalError`` when the terminal cannot be used. Its end is not an error.
    package func answer(to question: Prompt, isWithdrawn: @escaping () -> Bool) throws -> ReplBlock {
        let blockEditor = editor
        let blockFile = historyFile
        var options = editor.options
        options.takesPastes = false
        editor = Editor(options: options, history: History(isEnabled: false))
        historyFile = nil
        self.isWithdrawn = isWithdrawn
        var typedAhead: [UInt8] = []
        defer {
            typedAhead += editor.takeTypedAhead()
            editor = blockEditor
            historyFile = blockFile
            self.isWithdrawn = { false }
            editor.keep(typedAhead)
        }
        try terminal.enter()
        for _ in 0..<Self.quietTries {
            guard try terminal.wait(timeout: Self.quietTime).contains(.input),
                case .bytes(let bytes) = try terminal.read()
            else { break }
            typedAhead += bytes
        }
        if let interrupt = typedAhead.lastIndex(of: 0x03) {
            typedAhead.removeSubrange(...interrupt)
            terminal.leave()
            return .interrupted
        }
        return try next(question)
    }

    /// The last bytes that the editor has taken were typed after this time: the terminal had nothing to read then, and
    /// showed all that had been printed.
    private(set) var lastInput = NIODeadline.distantPast
    private var quietSince = NIODeadline.distantPast

    /// Notes the time if there is no unread input.
    private func noteQuiet() {
        let time = NIODeadline.now()
        if !printer.hasMore, !terminal.hasInput { quietSince = time }
    }

    /// After which time ``proceed(_:)`` is to be called without an event; nil for never.
    private var timeout: Duration? { editor.isWaiting ? Self.escapeTimeout : nil }

    /// Puts the terminal into raw mode and shows the prompt.
    /// - Returns: a block when one had been typed ahead.
    private func start(_ prompt: Prompt) throws -> ReplBlock? {
        // A block that is finished at once was typed ahead.
        lastInput = .distantPast
        try terminal.enter()
        printer.begin()
        noteQuiet()
        size = terminal.size
        terminal.write(Self.freshLine(width: size.width))
        painter = ScreenPainter()
        let block = try follow(editor.begin(prompt) + [.redraw])
        return block == nil && isWithdrawn() ? withdraw() : block
    }

    private func withdraw() -> ReplBlock {
        editor.finish()
        return finish(.interrupted)
    }

    /// Handles what has happened.
    /// - Returns: the block when it is finished; the terminal is then as it was before.
    private func proceed(_ wakeup: TerminalSession.Wakeup) throws -> ReplBlock? {
        if wakeup.contains(.continued) {
            try terminal.reenter()
            redraw(afterGap: true)
        }
        if wakeup.contains(.resized) || wakeup.contains(.continued) {
            let typed = try resize()
            if !typed.isEmpty, let block = try follow(editor.feed(typed)) { return block }
        }
        if wakeup.contains(.woken) {
            printAbove()
            if isWithdrawn() { return withdraw() }
        }
        if wakeup.contains(.input) { return try takeInput() }
        return wakeup.isEmpty ? try follow(editor.timeout()) : nil
    }

    /// Takes all available input before drawing: a paste that the terminal does not mark comes in many small pieces.
    private func takeInput() throws -> ReplBlock? {
        var outcomes: [Editor.Outcome] = []
        for _ in 0..<Self.piecesPerDrawing {
            switch try terminal.read() {
            case .bytes(let bytes):
                lastInput = quietSince
                outcomes += editor.feed(bytes)
            case .nothing:
                noteQuiet()
                return try follow(outcomes)
            case .end:
                editor.finish()
                return finish(.end)
            }
            if outcomes.contains(where: { $0 != .redraw && $0 != .bell }) { break }
        }
        return try follow(outcomes)
    }

    /// Discards the block and restores the terminal.
    private func stop() {
        guard terminal.isRaw else { return }
        editor.finish()
        _ = finish(.end)
    }

    private func follow(_ outcomes: [Editor.Outcome]) throws -> ReplBlock? {
        var outcomes = outcomes
        while !outcomes.isEmpty {
            var next: [Editor.Outcome] = []
            for outcome in outcomes {
                switch outcome {
                case .redraw: break
                case .bell: terminal.write([0x07])
                case .submit(let text):
                    let inputs = editor.holdsPaste ? editor.sources.completeness?.inputs(ofPasted: text) ?? [] : []
                    keep(inputs.count > 1 ? inputs : [text])
                    return try submit(inputs.count > 1 ? .pasted(inputs) : .text(text))
                case .interrupt: return finish(.interrupted)
                case .end: return finish(.end)
                case .clearScreen:
                    terminal.write(painter.clear(screen()))
                    next = editor.feed([])
                case .suspend:
                    terminal.write(painter.remove())
                    try terminal.suspend()
                    size = terminal.size
                    redraw(afterGap: true)
                    next = editor.feed([])
                case .openEditor(let text):
                    try openEditor(text)
                    next = editor.feed([])
                }
            }
            outcomes = next
        }
        redraw(afterGap: false)
        return nil
    }

    /// Leaves the terminal to the user's editor, and takes over the edited block.
    private func openEditor(_ text: String) throws {
        var diagnostic = Diagnostic(.usage, "there is no editor to open", fix: "set VISUAL or EDITOR")
        if let externalEditor {
            terminal.write(painter.remove())
            terminal.leave()
            var problem: Diagnostic?
            do throws(Diagnostic) {
                editor.replaceBlock(try externalEditor.edit(text))
            } catch {
                problem = error
            }
            try terminal.enter()
            size = terminal.size
            redraw(afterGap: true)
            guard let problem else { return }
            diagnostic = problem
        }
        let lines = DiagnosticText(diagnostic).text
        terminal.write(
            painter.print(above: Array(lines.utf8), then: screen()))
    }

    /// In raw mode, Ctrl-C makes no signal. So a Ctrl-C that was typed right after the block is found here, and the
    /// block does not begin.
    private func submit(_ block: ReplBlock) throws -> ReplBlock {
        while case .bytes(let bytes) = try terminal.read() { _ = editor.feed(bytes) }
        guard editor.dropThroughInterrupt() else { return finish(block) }
        let input = finish(.interrupted)
        terminal.write(Array("^C\n".utf8))
        return input
    }

    private func screen() -> Screen {
        let height = max(1, size.height - painter.reservedRows)
        return editor.render(width: size.width, height: height, gone: painter.goneRows)
    }

    /// - Parameter afterGap: Whether other programs may have written to the terminal.
    private func redraw(afterGap: Bool) {
        if afterGap {
            terminal.write(Self.freshLine(width: size.width))
            painter = ScreenPainter()
        }
        terminal.write(painter.paint(screen()))
    }

    /// - Returns: What was typed meanwhile.
    private func resize() throws -> [UInt8] {
        let new = terminal.size
        guard new != size else { return [] }
        let report = try terminal.cursor(within: Self.reportTimeout)
        // The size may have changed again meanwhile.
        size = terminal.size
        terminal.write(painter.resize(width: size.width, height: size.height, cursor: report.place))
        redraw(afterGap: false)
        return report.typed
    }

    private func printAbove() {
        let text = printer.take()
        guard !text.isEmpty else { return }
        terminal.write(painter.print(above: text, then: screen()))
    }

    private func finish(_ input: ReplBlock) -> ReplBlock {
        if case .pasted = input {
            // Each input is shown again, and its result after it.
            terminal.write(painter.remove())
        } else {
            terminal.write(painter.finish(screen(), windowHeight: size.height))
        }
        terminal.leave()
        printer.end()
        return input
    }

    /// Keeps blocks that were entered. A block is written to the file after it has run, since only then its secrets are
    /// known; a command is written at once, since it may end the process.
    private func keep(_ blocks: [String]) {
        let added = editor.history.add(blocks)
        guard historyFile != nil else { return }
        unwritten += added
        if added.count == 1, ReplSession.isCommand(added[0]) { writeHistory() }
    }

    /// Writes the blocks that have run, without secrets, and removes secrets that became known since from the blocks
    /// that this session has written before.
    private func writeHistory() {
        guard let historyFile, !unwritten.isEmpty || !written.isEmpty else { return }
        do throws(HistoryFileError) {
            try hideInHistory(historyFile)
            let kept = unwritten.map { text in
                var block = finished.take(text)
                block.text = HistoryRedaction.redacted(text, redactor)
                block.time = block.time ?? now()
                block.target = target
                return block
            }
            if !kept.isEmpty { try historyFile.append(kept) }
            written += zip(unwritten, kept).map { ($0, $1.text) }
            unwritten = []
            finished.removeAll()
            historyError = nil
        } catch {
            historyError = error
        }
    }

    private func hideInHistory(_ file: HistoryFile) throws(HistoryFileError) {
        guard let redactor, redactor.secrets.generation != hiddenGeneration else { return }
        let generation = redactor.secrets.generation
        var changes: [String: String] = [:]
        for index in written.indices {
            let kept = HistoryRedaction.redacted(written[index].block, redactor)
            guard kept != written[index].kept else { continue }
            changes[written[index].kept] = kept
            written[index].kept = kept
        }
        if !changes.isEmpty { try file.rewrite(changes) }
        hiddenGeneration = generation
    }

    /// Goes to the first column. If the row is not empty, marks its end and goes to the next row.
    private static func freshLine(width: Int) -> [UInt8] {
        // The blanks wrap unless the mark is in the first column.
        Array("\u{1B}[7m%\u{1B}[0m\(String(repeating: " ", count: max(0, width - 1)))\r\u{1B}[K".utf8)
    }
}
