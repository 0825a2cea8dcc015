// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import Platform
import PseudoTerminals
import TemporaryFolders
import Testing

@testable import MoondialConsole

/// The whole line editor on a pseudo-terminal of the kernel. Serialized: a process has one terminal in raw mode.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PseudoTerminalTests {
    private let terminal = PseudoTerminal()

    @Test func typedBlocksRunAndTheTerminalIsRestored() {
        let before = terminal.settings
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        #expect(terminal.settings != before)
        #expect(terminal.emulator.isPasteBracketed)
        terminal.type("verifx\u{7F}y(")
        #expect(terminal.show { $0.lines == ["sim> verify(phone, token, exid, [option…"] })
        terminal.type("1)\r")
        #expect(terminal.show { $0.lines == ["sim> verify(1)", "sim>"] })
        terminal.type("abc\u{3}")
        #expect(terminal.show { $0.lines == ["sim> verify(1)", "sim> abc^C", "sim>"] })
        terminal.type("\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
        #expect(editor.inputs == [.text("verify(1)"), .interrupted, .end])
        #expect(terminal.show { !$0.isPasteBracketed })
        #expect(terminal.settings == before)
        #expect(terminal.emulator.unknown == [])
    }

    @Test func blockInterruptedBeforeItsStartDoesNotRun() {
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.type("first()\r\u{3}second()\r")
        #expect(terminal.show { $0.lines == ["sim> first()", "^C", "sim> second()", "sim>"] })
        terminal.type("\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
        #expect(editor.inputs == [.interrupted, .text("second()"), .end])
    }

    /// Such a line does not answer a question that was printed after the line was typed.
    @Test func timeOfALineWaitingInTheTerminalIsBeforeItsRead() throws {
        let session = try TerminalSession(input: terminal.program, output: terminal.program)
        let source = TerminalLineSource(
            editor: TestEditor().editor, terminal: session, output: OutputWriter(terminal.program))
        terminal.type(":allow 1\r")
        let time = NIODeadline.now()
        #expect(try source.next(Prompt("sim> ")) == .text(":allow 1"))
        #expect(source.lastInput < time)
    }

    @Test func loneEscapeClosesTheMenuInABlock() {
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.type("if x then\r")
        #expect(terminal.show { $0.lines == ["sim> if x then", "   >"] && $0.column == 7 })
        terminal.type("ver\t")
        #expect(terminal.show { $0.lines == ["sim> if x then", "   >   ver", " verify", " version"] })
        // No bytes follow the escape, so it is the Escape key.
        terminal.type("\u{1B}")
        #expect(terminal.show { $0.lines == ["sim> if x then", "   >   ver"] })
        terminal.type("i\t()\rend\r\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
        #expect(editor.inputs == [.text("if x then\n  verify()\nend"), .end])
    }

    @Test func pasteOfTenThousandLinesIsOneBlock() {
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        let lines = (1...10_000).map { "print(\($0), \"号码\")" }
        terminal.type("\u{1B}[200~" + lines.joined(separator: "\n") + "\u{1B}[201~")
        #expect(terminal.show { $0.lines.last == "   > print(10000, \"号码\")" })
        #expect(terminal.emulator.lines.count == 10)
        terminal.type("\r")
        #expect(terminal.show { $0.lines.last == "sim>" })
        #expect(editor.inputs == [.text(lines.joined(separator: "\n"))])
        #expect(terminal.emulator.transcript.filter { $0.contains("print(5000,") } == ["   > print(5000, \"号码\")"])
        terminal.type("\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
    }

    @Test func resizeRedrawsTheLine() {
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.type("x = \"0123456789 0123456789\"")
        #expect(terminal.show { $0.lines == ["sim> x = \"0123456789 0123456789\""] })
        // The terminal itself rewraps the line. Only an erasure shows that the editor has redrawn the line.
        let erasures = terminal.emulator.erasures
        terminal.resize(width: 20, height: 10)
        kill(getpid(), SIGWINCH)
        #expect(terminal.show { $0.erasures > erasures && $0.column == 12 })
        #expect(terminal.emulator.lines == ["sim> x = \"0123456789", " 0123456789\""])
        terminal.resize(width: 60, height: 5)
        kill(getpid(), SIGWINCH)
        #expect(terminal.show { $0.lines == ["sim> x = \"0123456789 0123456789\""] })
        terminal.type("\r\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
        #expect(editor.inputs == [.text("x = \"0123456789 0123456789\""), .end])
    }

    @Test func backgroundOutputIsPrintedAboveThePrompt() {
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.type("(\rabc")
        #expect(terminal.show { $0.lines == ["sim> (", "   > abc"] })
        editor.printer?.print("background\noutput")
        #expect(terminal.show { $0.lines == ["background", "output", "sim> (", "   > abc"] && $0.column == 8 })
        terminal.type("\u{3}\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
    }

    @Test func outputWithoutANewlineStaysAboveThePrompt() {
        Descriptors.writeAll(Array("no newline".utf8), to: terminal.program)
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["no newline%", "sim>"] })
        terminal.type("\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
    }

    @Test func historyFileHasRedactedBlocks() throws {
        let folder = try TemporaryFolder()
        let file = HistoryFile(path: folder.path("history"))
        let editor = EditorThread(terminal, historyFile: file)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.type("verify(\"13800138000\", \"STsid0123456789\")\r secret()\r\u{4}")
        #expect(terminal.show { _ in editor.isFinished })
        #expect(try file.load().map(\.text) == ["verify(\"138****8000\", \"<token>\")"])
    }

    @Test func hangUpOfTheTerminalEndsInput() {
        let terminal = PseudoTerminal()
        let editor = EditorThread(terminal)
        #expect(terminal.show { $0.lines == ["sim>"] })
        terminal.hangUp()
        #expect(terminal.wait { editor.isFinished })
        #expect(editor.inputs == [.end])
    }

    // MARK: - Ends of the process

    @Test func terminationSignalRestoresTheTerminal() async {
        let before = terminal.settings
        await #expect(processExitsWith: .signal(SIGTERM)) { [path = terminal.path as String] in
            endInRawMode(path) { raise(SIGTERM) }
        }
        expectRestored(before)
    }

    @Test func hangUpSignalRestoresTheTerminal() async {
        let before = terminal.settings
        await #expect(processExitsWith: .signal(SIGHUP)) { [path = terminal.path as String] in
            endInRawMode(path) { raise(SIGHUP) }
        }
        expectRestored(before)
    }

    @Test func fatalErrorRestoresTheTerminal() async {
        let before = terminal.settings
        await #expect(processExitsWith: .failure) { [path = terminal.path as String] in
            endInRawMode(path) { fatalError("as in a bug of ours") }
        }
        expectRestored(before)
    }

    @Test func segmentationFaultRestoresTheTerminal() async {
        let before = terminal.settings
        // The process ends by the signal, or with the status of a sanitizer.
        await #expect(processExitsWith: .failure) { [path = terminal.path as String] in
            endInRawMode(path) { raise(SIGSEGV) }
        }
        expectRestored(before)
    }

    @Test func exitingRestoresTheTerminal() async {
        let before = terminal.settings
        // The status may differ: LeakSanitizer changes it if it finds leaks at the exit.
        await #expect(processExitsWith: .failure) { [path = terminal.path as String] in
            endInRawMode(path) { exit(3) }
        }
        expectRestored(before)
    }

    private func expectRestored(_ before: [UInt], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(terminal.settings == before, sourceLocation: sourceLocation)
        // Proves that the terminal was in raw mode before: otherwise the first expectation would always hold.
        #expect(terminal.show { $0.lines.contains("raw") && !$0.isPasteBracketed }, sourceLocation: sourceLocation)
    }
}

/// Puts the terminal into raw mode and calls `end`, which ends the process.
private func endInRawMode(_ path: String, _ end: () -> Void) {
    // Resets signals as a shell does for programs: the process that started the tests may ignore some.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
    let descriptor = open(path, O_RDWR | O_NOCTTY)
    guard let session = try? TerminalSession(input: descriptor, output: descriptor), (try? session.enter()) != nil
    else { exit(99) }
    var settings = termios()
    tcgetattr(descriptor, &settings)
    session.write(Array(settings.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0 ? "raw".utf8 : "cooked".utf8))
    withExtendedLifetime(session) { end() }
}
