// SPDX-License-Identifier: MIT

import MoondialConsole
import NIOCore
import Platform

/// Delivers SIGINT and SIGTERM to an event loop, and SIGHUP to programs that reload their files.
final class Interrupts: Sendable {
    private let signals: sigset_t
    private let urgent: @Sendable (Int32) -> Void
    private let isConversation: Bool
    private let hangUp: (@Sendable () -> Void)?
    private let eventLoop: any EventLoop
    private let handler: NIOLoopBound<(Int32) -> Void>

    /// Begins to watch. Must be called once, before other threads are started: they inherit the signal mask.
    ///
    /// A signal that was ignored when the process started (`nohup`, a background job of a shell) stays ignored.
    /// `urgent` is called at once with the number of a signal, on another thread; then `handler` is called on the event
    /// loop. The second signal ends the process at once; in a conversation, any number of SIGINT is allowed. `hangUp`
    /// is called for each SIGHUP, on another thread; without `hangUp`, SIGHUP has its default action.
    static func watch(
        on eventLoop: any EventLoop, isConversation: Bool = false,
        urgent: @escaping @Sendable (Int32) -> Void = { _ in },
        handler: @escaping (Int32) -> Void, hangUp: (@Sendable () -> Void)? = nil
    ) {
        let numbers = ([SIGINT, SIGTERM] + (hangUp == nil ? [] : [SIGHUP])).filter { !isIgnored($0) }
        guard !numbers.isEmpty else { return }
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        // All threads block the signals, and one thread waits for them: no signal is lost, and no signal handler
        // interrupts other code.
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let watcher = Interrupts(signals, urgent, isConversation, hangUp, eventLoop, handler)
        do throws(Errno) {
            try DetachedThread.start { watcher.run() }
        } catch {
            // Without the thread, the signals have their default actions.
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        }
    }

    private init(
        _ signals: sigset_t, _ urgent: @escaping @Sendable (Int32) -> Void, _ isConversation: Bool,
        _ hangUp: (@Sendable () -> Void)?, _ eventLoop: any EventLoop, _ handler: @escaping (Int32) -> Void
    ) {
        self.signals = signals
        self.urgent = urgent
        self.isConversation = isConversation
        self.hangUp = hangUp
        self.eventLoop = eventLoop
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    private func run() -> Never {
        while true {
            let number = next()
            urgent(number)
            eventLoop.execute { [handler] in handler.value(number) }
            if !isConversation || number != SIGINT {
                let last = next()
                TerminalSession.restore()
                _exit(128 + last)
            }
        }
    }

    /// The next SIGINT or SIGTERM.
    private func next() -> Int32 {
        var signals = signals
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            guard number == SIGHUP else { return number }
            hangUp?()
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
