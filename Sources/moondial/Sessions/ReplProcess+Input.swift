// SPDX-License-Identifier: MIT

import MoondialConsole
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import Platform
import TextFormats

extension ReplProcess {
    /// The line editor if input and output are a terminal that supports it; else plain lines.
    func makeInput(_ descriptor: Int32) -> any ReplInput {
        let capabilities = TerminalCapabilities(
            environment: shell.environment.variables, inputIsTerminal: isatty(descriptor) == 1,
            outputIsTerminal: shell.terminal.isInteractive)
        guard session.isInteractive, capabilities.editing == .full,
            let input = try? TerminalInput(
                session, descriptor: descriptor, output: shell.output.writer, capabilities: capabilities,
                historyFile: historyFile)
        else { return makePlainInput(descriptor) }
        screen.printer.current = input.printer
        return input
    }

    private var historyFile: HistoryFile? {
        options.keepsHistory ? HistoryFile(environment: shell.environment.variables) : nil
    }

    private func makePlainInput(_ descriptor: Int32) -> PlainInput {
        let syntax = SyntaxChecker(limits: plan.settings.run.limits)
        return PlainInput(
            descriptor: descriptor, promptOutput: session.isInteractive ? shell.output.writer : nil,
            style: shell.terminal.style
        ) { syntax.isIncomplete($0) }
    }
}

/// The editor's printer, or nil before there is an editor. Can be used from every thread.
final class SharedPrinter: Sendable {
    private let printer = NIOLockedValueBox<AbovePrinter?>(nil)

    var current: AbovePrinter? {
        get { printer.withLockedValue { $0 } }
        set { printer.withLockedValue { $0 = newValue } }
    }
}

/// Writes a conversation's text: to the two standard streams, or above the prompt while the editor runs.
final class ConversationScreen {
    let printer = SharedPrinter()
    private let shell: Shell

    init(_ shell: Shell) { self.shell = shell }

    var screen: ReplScreen {
        var screen = ReplScreen(results: { [self] in write($0) }, notes: { [self] in note($0) })
        screen.style = shell.terminal.style
        screen.notesStyle = shell.errorTerminal.style
        screen.repertoire = shell.errorTerminal.repertoire
        screen.pager = { [self] lines in
            guard printer.current != nil else { return false }
            return TerminalPager(environment: { [environment = shell.environment] in environment[$0] }).show(lines)
        }
        screen.width = { [environment = shell.environment] in Terminal(.output, environment: environment).width }
        return screen
    }

    private func write(_ lines: String) {
        if let printer = printer.current {
            printer.print(lines)
        } else {
            shell.output.write(bytes: ByteText.bytes(lines))
        }
    }

    private func note(_ lines: String) {
        if let printer = printer.current, shell.errorTerminal.isInteractive { return printer.print(lines) }
        shell.output.flush()
        shell.errors.write(lines)
    }
}
