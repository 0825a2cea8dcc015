// SPDX-License-Identifier: MIT

import Foundation
import Platform

/// Both sides of a pseudo-terminal, with an emulated terminal on the side of the user.
package final class PseudoTerminal {
    package let user: Int32
    package let program: Int32
    package let path: String
    package private(set) var emulator: TerminalEmulator
    /// All bytes that the program has written.
    package private(set) var output: [UInt8] = []
    private var isHungUp = false

    package init(width: Int = 40, height: Int = 10) {
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
    package func hangUp() {
        isHungUp = true
        close(user)
    }

    /// Waits for another thread, for ten seconds at most.
    package func wait(until isDone: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(120)
        while !isDone() {
            guard ContinuousClock.now < deadline else { return false }
            sched_yield()
        }
        return true
    }

    /// The four words of flags.
    package var settings: [UInt] {
        var settings = termios()
        tcgetattr(program, &settings)
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag].map(UInt.init)
    }

    package func setSize(width: Int, height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(user, UInt(TIOCSWINSZ), &size)
    }

    /// Only programs whose controlling terminal this is get the signal by that.
    package func resize(width: Int, height: Int) {
        emulator.resize(width: width, height: height)
        setSize(width: width, height: height)
    }

    /// Types, and reads the program's output meanwhile, so that neither side blocks on a full buffer.
    package func type(_ text: String) {
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

    /// Shows the program's output until a condition holds.
    /// - Returns: whether the condition held within ten seconds.
    package func show(until isDone: (TerminalEmulator) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(120)
        while !isDone(emulator) {
            guard ContinuousClock.now < deadline else { return false }
            if Self.hasOutput(user) { take() }
        }
        return true
    }

    /// Waits a short time for output of the program.
    package static func hasOutput(_ user: Int32, within milliseconds: Int32 = 50) -> Bool {
        var request = pollfd(fd: user, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// Shows the output that the program has written so far.
    package func take() {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(user, &bytes, bytes.count)
        guard count > 0 else { return }
        output += bytes[..<count]
        emulator.write(Array(bytes[..<count]))
        let reports = emulator.takeReports()
        if !reports.isEmpty { _ = reports.withUnsafeBytes { write(user, $0.baseAddress, $0.count) } }
    }
}
