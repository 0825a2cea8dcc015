// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// A terminal: raw mode, its size, and its bytes.
///
/// Used by one thread; ``waker`` may be called by any. At most one session of a process is in raw mode at a time.
package final class TerminalSession {
    /// Why ``wait(timeout:)`` has returned.
    package struct Wakeup: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// There is something to ``read()``.
        package static let input = Wakeup(rawValue: 1)
        /// The window may have another size.
        package static let resized = Wakeup(rawValue: 2)
        /// The process was stopped and goes on; the terminal is no longer in raw mode.
        package static let continued = Wakeup(rawValue: 4)
        /// ``TerminalSession/waker`` was called.
        package static let woken = Wakeup(rawValue: 8)
    }

    package enum Input: Sendable, Hashable {
        case bytes([UInt8])
        /// Nothing for now.
        case nothing
        /// The terminal is gone.
        case end
    }

    package struct Size: Sendable, Hashable {
        package var width: Int
        package var height: Int

        package init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    private let inputDescriptor: Int32
    let outputDescriptor: Int32

    private let notices: NoticePipe
    private var original: termios?

    /// - Parameters:
    ///   - input: The file descriptor of a terminal, which is not closed. The default is standard input.
    ///   - output: The same for output.
    /// - Throws: when no pipe can be made.
    package init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) throws(TerminalError) {
        inputDescriptor = input
        outputDescriptor = output
        notices = try NoticePipe()
    }

    deinit {
        leave()
    }

    /// Whether the terminal is in raw mode.
    package var isRaw: Bool { original != nil }

    /// Puts the terminal into raw mode: every key comes as it is pressed, and no key makes a signal. Turns on bracketed
    /// paste. If the process ends before ``leave()``, for any reason, the terminal is restored first.
    package func enter() throws(TerminalError) {
        try TerminalRescue.unlessEnding { () throws(TerminalError) in try makeRaw() }
    }

    private func makeRaw() throws(TerminalError) {
        guard original == nil else { return }
        var settings = termios()
        guard tcgetattr(inputDescriptor, &settings) == 0 else {
            throw TerminalError("cannot read the terminal's settings", .last)
        }
        TerminalRescue.arm(
            input: inputDescriptor, output: outputDescriptor, original: settings, noticePipe: notices.writing)
        var raw = settings
        Self.makeRaw(&raw)
        guard tcsetattr(inputDescriptor, TCSADRAIN, &raw) == 0 else {
            let error = Errno.last
            TerminalRescue.disarm()
            throw TerminalError("cannot change the terminal's settings", error)
        }
        original = settings
        write(Array("\u{1B}[?2004h".utf8))
    }

    /// Puts the terminal back as it was.
    package func leave() {
        guard var settings = original else { return }
        original = nil
        // Without waiting for output, so that Ctrl-C is a signal soon. Output looks the same in both modes, and input
        // that was typed ahead is kept.
        tcsetattr(inputDescriptor, TCSANOW, &settings)
        write(Array("\u{1B}[?2004l".utf8))
        TerminalRescue.disarm()
    }

    /// Stops the process as Control-Z does, and goes back into raw mode when it is continued.
    package func suspend() throws(TerminalError) {
        leave()
        raise(SIGTSTP)
        try enter()
    }

    /// Goes back into raw mode after ``Wakeup/continued``.
    package func reenter() throws(TerminalError) {
        guard var settings = original else { return }
        original = nil
        // The shell may have changed the settings. Those from the first `enter` stay the ones to restore.
        TerminalRescue.disarm()
        tcsetattr(inputDescriptor, TCSADRAIN, &settings)
        try enter()
    }

    /// Puts the terminal back as it was, whichever session has changed it. To be called before `_exit`; all other ends of
    /// the process do it by themselves.
    package static func restore() {
        TerminalRescue.end()
    }

    /// The settings of the terminal at standard output, if there is one.
    static var settings: termios? {
        var settings = termios()
        return tcgetattr(STDOUT_FILENO, &settings) == 0 ? settings : nil
    }

    /// Restores these settings, and shows a cursor that was hidden.
    static func restore(_ settings: termios?) {
        guard var settings else { return }
        Descriptors.writeAll(Array("\u{1B}[0m\u{1B}[?25h".utf8), to: STDOUT_FILENO)
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &settings)
    }

    /// 80 times 24 when the terminal does not say.
    package var size: Size {
        var size = winsize()
        guard ioctl(outputDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(width: 80, height: 24)
        }
        return Size(width: Int(size.ws_col), height: Int(size.ws_row))
    }

    /// Whether there is something to ``read()``.
    var hasInput: Bool { Descriptors.isReadable(inputDescriptor) }

    /// What has come in. Does not wait.
    package func read() throws(TerminalError) -> Input {
        guard hasInput else { return .nothing }
        switch Descriptors.readTerminal(inputDescriptor) {
        case .bytes(let bytes): return .bytes(bytes)
        case .end: return .end
        case .interrupted: return .nothing
        case .failure(let error): throw TerminalError("cannot read the terminal", error)
        }
    }

    /// Asks the terminal where its cursor is.
    ///
    /// - Returns: The place in the window, from 0; nil when there is no answer in time. Also the input that came
    ///   meanwhile.
    package func cursor(
        within patience: Duration
    ) throws(TerminalError) -> (place: Screen.Position?, typed: [UInt8]) {
        write(Array("\u{1B}[6n".utf8))
        let deadline = ContinuousClock.now + patience
        var bytes: [UInt8] = []
        while case let left = deadline - ContinuousClock.now, left > .zero {
            let milliseconds = max(1, left.wholeMicroseconds / 1000)
            guard Descriptors.isReadable(inputDescriptor, within: Int32(milliseconds)) else { break }
            guard case .bytes(let more) = try read() else { break }
            bytes += more
            if let report = CursorReport(in: bytes) {
                bytes.removeSubrange(report.range)
                return (report.place, bytes)
            }
        }
        return (nil, bytes)
    }

    package func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { Descriptors.writeAll(bytes, to: outputDescriptor) }
    }

    /// Waits until there is something to do.
    /// - Parameter timeout: nil waits for ever.
    /// - Returns: nothing when the time is over.
    /// - Throws: when the system refuses to wait.
    package func wait(timeout: Duration?) throws(TerminalError) -> Wakeup {
        var requests = [
            pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: notices.reading, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = timeout.map { duration in
            Int32(
                clamping: duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
        }
        let count = poll(&requests, 2, milliseconds ?? -1)
        if count < 0, errno != EINTR { throw TerminalError("cannot wait for the terminal", .last) }
        var wakeup = takeNotices()
        if count > 0, requests[0].revents != 0 { wakeup.insert(.input) }
        return wakeup
    }

    /// The events other than input.
    private func takeNotices() -> Wakeup {
        var wakeup = Wakeup()
        for byte in notices.take() {
            switch TerminalRescue.Notice(rawValue: byte) {
            case .resized: wakeup.insert(.resized)
            case .continued: wakeup.insert(.continued)
            case .woken: wakeup.insert(.woken)
            case nil: break
            }
        }
        return wakeup
    }

    /// Makes ``wait(timeout:)`` return; from any thread.
    package var waker: @Sendable () -> Void {
        { [notices] in notices.notify(.woken) }
    }

    private static func makeRaw(_ settings: inout termios) {
        settings.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON)
        settings.c_cflag |= tcflag_t(CS8)
        // Output stays processed, since output of other threads has only line feeds.
        settings.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
        withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
    }
}

/// A terminal's report about its cursor: `ESC [ row ; column R`.
private struct CursorReport {
    let range: Range<Int>
    /// From 0.
    let place: Screen.Position

    init?(in bytes: [UInt8]) {
        for start in bytes.indices where bytes[start...].starts(with: Array("\u{1B}[".utf8)) {
            let parameters = bytes[(start + 2)...].prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ";") }
            let numbers = String(decoding: parameters, as: UTF8.self).split(separator: ";").compactMap { Int($0) }
            guard numbers.count == 2, parameters.endIndex < bytes.count, bytes[parameters.endIndex] == UInt8(ascii: "R")
            else { continue }
            range = start..<parameters.endIndex + 1
            place = Screen.Position(row: numbers[0] - 1, column: numbers[1] - 1)
            return
        }
        return nil
    }
}

/// A pipe that signal handlers and other threads write single bytes to.
private final class NoticePipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TerminalError("cannot make a pipe", .last) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        close(reading)
        close(writing)
    }

    func notify(_ notice: TerminalRescue.Notice) {
        var byte = notice.rawValue
        _ = write(writing, &byte, 1)
    }

    func take() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(reading, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
