// SPDX-License-Identifier: MIT

import Foundation
import NIOConcurrencyHelpers
import Platform
import PseudoTerminals

@testable import MoondialConsole

/// An editor on the program's side of a pseudo-terminal, in a thread of its own, until end of input.
final class EditorThread: Sendable {
    private struct State {
        var inputs: [ReplBlock] = []
        var printer: AbovePrinter?
        var isFinished = false
    }

    private let state = NIOLockedValueBox(State())

    var inputs: [ReplBlock] { state.withLockedValue(\.inputs) }
    var isFinished: Bool { state.withLockedValue(\.isFinished) }
    var printer: AbovePrinter? { state.withLockedValue(\.printer) }

    init(_ terminal: PseudoTerminal, historyFile: HistoryFile? = nil) {
        let descriptor = terminal.program
        Thread.detachNewThread { [self] in
            run(descriptor, historyFile: historyFile)
            state.withLockedValue { $0.isFinished = true }
        }
    }

    private func run(_ descriptor: Int32, historyFile: HistoryFile?) {
        let editor = TestEditor(history: [], completions: [.init("verify"), .init("version")]).editor
        guard let session = try? TerminalSession(input: descriptor, output: descriptor) else { return }
        let source = TerminalLineSource(
            editor: editor, terminal: session, output: OutputWriter(descriptor), historyFile: historyFile)
        state.withLockedValue { $0.printer = source.printer }
        while let input = try? source.next(Prompt("sim> ")) {
            state.withLockedValue { $0.inputs.append(input) }
            if input == .end { return }
        }
    }
}
