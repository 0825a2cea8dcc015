// SPDX-License-Identifier: MIT

import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// SIGINT and SIGTERM as events of an event loop. The second one ends the process at once.
enum Interrupts {
    /// Begins to watch. To be called once, before other threads are started: they inherit the signal mask.
    ///
    /// A signal that was ignored when the process started (`nohup`, a background job of a shell) stays ignored.
    ///
    /// - Parameter handler: Gets the number of the first signal, on the event loop.
    static func watch(on eventLoop: any EventLoop, handler: @escaping (Int32) -> Void) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] where !isIgnored(number) { sigaddset(&signals, number) }
        // Blocked everywhere and fetched by a thread of its own: none is lost, and no handler interrupts anything.
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let watcher = Watcher(signals: signals, eventLoop: eventLoop, handler: NIOLoopBound(handler, eventLoop: eventLoop))
        startThread(watcher)
    }

    private struct Watcher: Sendable {
        let signals: sigset_t
        let eventLoop: any EventLoop
        let handler: NIOLoopBound<(Int32) -> Void>

        func run() -> Never {
            let first = next()
            eventLoop.execute { handler.value(first) }
            _exit(128 + next())
        }

        private func next() -> Int32 {
            var signals = signals
            var number: Int32 = 0
            while sigwait(&signals, &number) != 0 {}
            return number
        }
    }

    private final class Box {
        let watcher: Watcher

        init(_ watcher: Watcher) { self.watcher = watcher }
    }

    private static func startThread(_ watcher: Watcher) {
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let box = Unmanaged.passRetained(Box(watcher))
        let status = pthread_create(
            &thread, nil,
            { context in
                let context: UnsafeMutableRawPointer? = context
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().watcher.run()
            }, box.toOpaque())
        precondition(status == 0, "no thread for signals: \(status)")
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
