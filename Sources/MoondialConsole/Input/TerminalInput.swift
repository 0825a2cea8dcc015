// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
package import NIOCore
package import Platform

/// The line editor as a session's input. The terminal is in raw mode while a block is edited and at no other time, so that
/// Ctrl-C is a signal while a block runs.
package final class TerminalInput: ReplInput, @unchecked Sendable {
    /// Prints output while a block is edited.
    package let printer: AbovePrinter

    // Made on the event loop, and then used by the thread that reads, and by no other.
    private let source: TerminalLineSource
    private let sources: SessionSources
    private let withdrawn = WithdrawnQuestions()
    private let wake: @Sendable () -> Void
    private var reportedError: HistoryFileError?

    /// To be called on the session's event loop.
    ///
    /// - Parameters:
    ///   - session: The session that gets the input.
    ///   - descriptor: The terminal that is read, which stays open. Standard output must be the same terminal.
    ///   - output: Writes to standard output while no block is edited.
    ///   - capabilities: What the terminal can show.
    ///   - historyFile: Where blocks are kept. The default is nowhere.
    /// - Throws: When no pipe can be made.
    package init(
        _ session: ReplSession, descriptor: Int32, output: OutputWriter, capabilities: TerminalCapabilities,
        historyFile: HistoryFile? = nil
    ) throws(TerminalError) {
        var options = Editor.Options()
        options.theme = capabilities.theme
        options.isUnicode = capabilities.isUnicode
        sources = SessionSources(session)
        source = TerminalLineSource(
            editor: Editor(options: options), terminal: try TerminalSession(input: descriptor),
            output: output, historyFile: historyFile)
        printer = source.printer
        source.redactor = session.engine.redactor
        source.externalEditor = ExternalEditor(environment: session.setup.environment)
        source.target = session.setup.target
        source.now = session.setup.wallClock
        source.finished = session.finishedBlocks
        wake = source.waker
        do {
            source.editor.history = History(try historyFile?.load() ?? [], target: session.setup.target)
        } catch {
            source.historyFile = nil
            session.note("warning: \(error); nothing is kept")
        }
    }

    package func next(_ prompt: ReplPrompt) -> ReplBlock {
        do {
            return prompt.isQuestion ? try answer(to: prompt) : try block(prompt)
        } catch {
            printer.print("error: \(error)\n")
            return .end
        }
    }

    package var lastInput: NIODeadline { source.lastInput }

    /// Does nothing: the editor gets Ctrl-C as a key.
    package func interrupt() {}

    package func noteQuestion() { wake() }

    package func withdraw(question number: Int) {
        withdrawn.insert(number)
        wake()
    }

    private func block(_ prompt: ReplPrompt) throws -> ReplBlock {
        sources.forget()
        source.editor.sources = sources.all
        let block = try source.next(Prompt(prompt, theme: source.editor.options.theme))
        if let error = source.historyError, error != reportedError {
            reportedError = error
            printer.print("warning: \(error)\n")
        }
        if block == .interrupted { sources.interruptWhatDoesNotWait() }
        return block
    }

    private func answer(to question: ReplPrompt) throws -> ReplBlock {
        try source.answer(to: Prompt(question, theme: source.editor.options.theme)) { [withdrawn] in
            withdrawn.contains(question)
        }
    }
}

extension Prompt {
    init(_ prompt: ReplPrompt, theme: Theme) {
        let colour = theme == .plain ? nil : prompt.colour.flatMap { Style.Colour(rawValue: UInt8($0.rawValue)) }
        self.init(
            StyledText(prompt.text, Style(colour ?? .standard)),
            continuation: StyledText(prompt.continuation, theme.ghost))
    }
}
