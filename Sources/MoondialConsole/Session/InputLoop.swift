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
        var entered: (ReplBlock, NIODeadline)?
        while let (prompt, input) = next(after: entered) { entered = (input.next(prompt), input.lastInput) }
    }

    /// Hands a block over and asks at once for the next one, so that the session offers it before anything else runs that
    /// the block has started.
    private func next(after entered: (block: ReplBlock, time: NIODeadline)?) -> (ReplPrompt, any ReplInput)? {
        let wanted = Awaited<(ReplPrompt, (any ReplInput)?)>()
        // Not the future's own wait: that asks the event loop once more, which may have got something else to do.
        eventLoop.execute { [session] in
            let session = session.value
            if let entered { session.receive(entered.block, enteredAt: entered.time) }
            session.nextPrompt().assumeIsolated().whenSuccess { wanted.give(($0, session.input)) }
        }
        guard case (let prompt, let input?)? = wanted.wait() else { return nil }
        return (prompt, input)
    }

    private func start() -> Bool {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        // Lua reads blocks here, which takes more than the smallest stack that systems give.
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 4 << 20)
        return pthread_create(
            &thread, &attributes,
            { context in
                let context: UnsafeMutableRawPointer? = context
                guard let context else { return nil }
                Unmanaged<InputLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque()) == 0
    }
}
