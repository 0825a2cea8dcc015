// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

@testable import MoondialConsole

/// Both sides of a pseudo-terminal, with an emulated terminal at the one that a user sees.
final class PseudoTerminal {
    let user: Int32
    let program: Int32
    let path: String
    private(set) var emulator: TerminalEmulator
    private var isHungUp = false

    init(width: Int = 40, height: Int = 10) {
        var user: Int32 = -1
        var program: Int32 = -1
        var name = [CChar](repeating: 0, count: 128)
        _ = openpty(&user, &program, &name, nil, nil)
        self.user = user
        self.program = program
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        emulator = TerminalEmulator(width: width, height: height)
        setSize(width: width, height: height)
    }

    deinit {
        if !isHungUp { close(user) }
        close(program)
    }

    /// The user closes the window.
    func hangUp() {
        isHungUp = true
        close(user)
    }

    /// Waits for another thread, for ten seconds at most.
    func wait(until isDone: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isDone() {
            guard ContinuousClock.now < deadline else { return false }
            sched_yield()
        }
        return true
    }

    var settings: [tcflag_t] {
        var settings = termios()
        tcgetattr(program, &settings)
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
    }

    func setSize(width: Int, height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(user, UInt(TIOCSWINSZ), &size)
    }

    func resize(width: Int, height: Int) {
        emulator.resize(width: width, height: height)
        setSize(width: width, height: height)
        kill(getpid(), SIGWINCH)
    }

    /// Types; what the program writes meanwhile is shown, so that neither waits for the other.
    func type(_ text: String) {
        var rest = Array(text.utf8)[...]
        _ = fcntl(user, F_SETFL, O_NONBLOCK)
        while !rest.isEmpty {
            var request = pollfd(fd: user, events: Int16(POLLIN | POLLOUT), revents: 0)
            guard poll(&request, 1, 10_000) > 0 else { return }
            if request.revents & Int16(POLLIN) != 0 { take() }
            if request.revents & Int16(POLLOUT) != 0 {
                let count = rest.withUnsafeBytes { write(user, $0.baseAddress, min(2048, $0.count)) }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// Shows what the program writes until something holds.
    /// - Returns: whether it did within ten seconds.
    func show(until isDone: (TerminalEmulator) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isDone(emulator) {
            guard ContinuousClock.now < deadline else { return false }
            var request = pollfd(fd: user, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, 50) > 0 { take() }
        }
        return true
    }

    private func take() {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(user, &bytes, bytes.count)
        if count > 0 { emulator.write(Array(bytes[..<count])) }
    }
}

/// An editor on the program's side of a pseudo-terminal, in a thread of its own, until it gets the end.
final class EditorThread: Sendable {
    private struct State {
        var inputs: [ReplBlock] = []
        var printer: AbovePrinter?
        var isFinished = false
    }

    private let state = Mutex(State())

    var inputs: [ReplBlock] { state.withLock(\.inputs) }
    var isFinished: Bool { state.withLock(\.isFinished) }
    var printer: AbovePrinter? { state.withLock(\.printer) }

    init(_ terminal: PseudoTerminal, historyFile: HistoryFile? = nil) {
        let descriptor = terminal.program
        Thread.detachNewThread { [self] in
            run(descriptor, historyFile: historyFile)
            state.withLock { $0.isFinished = true }
        }
    }

    private func run(_ descriptor: Int32, historyFile: HistoryFile?) {
        let editor = TestEditor(history: [], completions: [.init("verify"), .init("version")]).editor
        guard let session = try? TerminalSession(input: descriptor, output: descriptor) else { return }
        let source = TerminalLineSource(editor: editor, terminal: session, historyFile: historyFile)
        state.withLock { $0.printer = source.printer }
        while let input = try? source.next(Prompt("sim> ")) {
            state.withLock { $0.inputs.append(input) }
            if input == .end { return }
        }
    }
}
