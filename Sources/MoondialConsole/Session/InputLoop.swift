// SPDX-License-Identifier: MIT

package import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The thread on which an input waits, so that the event loop goes on meanwhile.
package final class InputLoop: Sendable {
    private let session: NIOLoopBound<ReplSession>
    private let eventLoop: any EventLoop

    /// Asks the session's input whenever the session wants a block, until the process ends. On the event loop.
    ///
    /// - Returns: False when there is no thread to be had.
    package static func start(_ session: ReplSession, on eventLoop: any EventLoop) -> Bool {
        InputLoop(session, eventLoop).start()
    }

    private init(_ session: ReplSession, _ eventLoop: any EventLoop) {
        self.session = NIOLoopBound(session, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    private func run() {
        while true {
            let wanted = eventLoop.flatSubmit { [session] in session.value.nextPrompt() }
            let source = wanted.flatMap { [session, eventLoop] prompt in
                eventLoop.makeSucceededFuture((prompt, session.value.input))
            }
            guard let (prompt, input) = try? source.wait(), let input else { return }
            let block = input.next(prompt)
            eventLoop.execute { [session] in session.value.receive(block) }
        }
    }

    private func start() -> Bool {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        return pthread_create(
            &thread, nil,
            { context in
                let context: UnsafeMutableRawPointer? = context
                guard let context else { return nil }
                Unmanaged<InputLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque()) == 0
    }
}
