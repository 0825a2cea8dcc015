// SPDX-License-Identifier: MIT

import Platform
import Synchronization

/// Restores the terminal when the process ends or stops while it is in raw mode.
///
/// The data of the signal handlers is prepared before they are installed, in memory that never moves and is never
/// freed. The handlers call only functions that POSIX lists as async-signal-safe. They are installed only while the
/// terminal is in raw mode, so that scripts run with the handlers of the host.
enum TerminalRescue {
    /// Sent to the session through its pipe.
    enum Notice: UInt8 {
        case resized = 0x52
        case continued = 0x43
        case woken = 0x57
    }

    private struct State {
        /// Not 0 while the handlers are installed.
        var isArmed: sig_atomic_t = 0
        /// Not 0 while the terminal is in raw mode.
        var isActive: sig_atomic_t = 0
        var input: Int32 = -1
        var output: Int32 = -1
        var noticePipe: Int32 = -1
        var original = termios()
    }

    private static let restoreSequence = Array("\u{1B}[0m\u{1B}[?2004l\u{1B}[?25h\r\n".utf8)
    /// After these the process cannot go on, or a debugging aid of the host takes over.
    private static let crashes = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGQUIT]
    /// These end the process, unless the host has a handler, which then stays.
    private static let endings = [
        SIGTERM, SIGHUP, SIGINT, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
    ]
    private static let signalCount = 65

    // Written by the one thread that owns the terminal, while no handler is installed; read by handlers.
    private nonisolated(unsafe) static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State())
        return state
    }()
    private nonisolated(unsafe) static let previous: UnsafeMutablePointer<sigaction> = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: signalCount)
        actions.initialize(repeating: sigaction(), count: signalCount)
        return actions
    }()
    private nonisolated(unsafe) static let sequence: UnsafeMutableBufferPointer<UInt8> = {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: restoreSequence.count)
        _ = buffer.initialize(from: restoreSequence)
        return buffer
    }()
    private static let exitHook: Void = {
        atexit { TerminalRescue.end() }
    }()

    /// Whether the process ends.
    private static let isEnding = Mutex(false)

    /// Changes the terminal's mode unless the process ends: then the calling thread waits for that.
    static func unlessEnding(_ change: () throws(TerminalError) -> Void) throws(TerminalError) {
        try isEnding.withLock { isEnding throws(TerminalError) in
            while isEnding { pause() }
            try change()
        }
    }

    /// Puts the terminal back for the last time. Other threads may go on until the process is gone.
    static func end() {
        // Waits for a thread that changes the mode right now, but at most 100 ms: the terminal may block that thread.
        for _ in 0..<100 where isEnding.withLockIfAvailable({ $0 = true }) == nil { poll(nil, 0, 1) }
        restore()
    }

    /// To be called before the terminal is put into raw mode.
    static func arm(input: Int32, output: Int32, original: termios, noticePipe: Int32) {
        _ = exitHook
        _ = sequence
        state.pointee = State(
            isArmed: 1, isActive: 1, input: input, output: output, noticePipe: noticePipe, original: original)
        for number in crashes { install(number, handler: endHandler) }
        for number in endings {
            install(number, handler: endHandler)
            if !isDefault(previous[Int(number)]) { reinstate(number) }
        }
        install(SIGTSTP, handler: stopHandler)
        install(SIGCONT, handler: continueHandler)
        install(SIGWINCH, handler: resizeHandler)
    }

    /// To be called after the terminal is back in its original mode.
    static func disarm() {
        guard state.pointee.isArmed != 0 else { return }
        state.pointee.isArmed = 0
        state.pointee.isActive = 0
        for number in crashes + endings + [SIGTSTP, SIGCONT, SIGWINCH] { reinstate(number) }
    }

    /// Puts the terminal back as it was, if it is in raw mode. Async-signal-safe.
    static func restore() {
        guard state.pointee.isActive != 0 else { return }
        state.pointee.isActive = 0
        _ = write(state.pointee.output, sequence.baseAddress, sequence.count)
        tcsetattr(state.pointee.input, TCSANOW, &state.pointee.original)
    }

    private static func notify(_ notice: Notice) {
        var byte = notice.rawValue
        _ = write(state.pointee.noticePipe, &byte, 1)
    }

    // MARK: - Handlers

    private static let endHandler: @convention(c) (Int32) -> Void = { number in
        let code = errno
        TerminalRescue.restore()
        // Once this handler has returned, the process ends as it would have ended without the handler.
        TerminalRescue.reinstate(number)
        raise(number)
        errno = code
    }

    private static let stopHandler: @convention(c) (Int32) -> Void = { number in
        let code = errno
        TerminalRescue.restore()
        TerminalRescue.reinstate(number)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        raise(number)
        // The process stops here, and goes on here.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        TerminalRescue.install(number, handler: TerminalRescue.stopHandler)
        TerminalRescue.notify(.continued)
        errno = code
    }

    private static let continueHandler: @convention(c) (Int32) -> Void = { _ in
        let code = errno
        TerminalRescue.notify(.continued)
        errno = code
    }

    private static let resizeHandler: @convention(c) (Int32) -> Void = { _ in
        let code = errno
        TerminalRescue.notify(.resized)
        errno = code
    }

    private static func install(_ number: Int32, handler: @escaping @convention(c) (Int32) -> Void) {
        var action = sigaction()
        #if canImport(Darwin)
            action.__sigaction_u.__sa_handler = handler
        #elseif canImport(Musl)
            action.__sa_handler.sa_handler = handler
        #else
            action.__sigaction_handler.sa_handler = handler
        #endif
        action.sa_flags = Int32(SA_RESTART)
        sigemptyset(&action.sa_mask)
        sigaction(number, &action, previous + Int(number))
        // An ignored signal stays ignored: `nohup`, or a shell without job control.
        if isIgnored(previous[Int(number)]) { reinstate(number) }
    }

    private static func reinstate(_ number: Int32) {
        sigaction(number, previous + Int(number), nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        handler(of: action) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func isDefault(_ action: sigaction) -> Bool {
        handler(of: action) == unsafeBitCast(SIG_DFL, to: Int.self)
    }

    private static func handler(of action: sigaction) -> Int {
        #if canImport(Darwin)
            unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
        #elseif canImport(Musl)
            unsafeBitCast(action.__sa_handler.sa_handler, to: Int.self)
        #else
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        #endif
    }
}
