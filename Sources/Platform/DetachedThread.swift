// SPDX-License-Identifier: MIT

/// A thread of the operating system that runs one closure and ends with it.
package enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - stackBytes: The size of its stack. The default is that of the system.
    ///   - getsSignals: Whether it has the signal mask of the calling thread; otherwise it gets no signal, and for example a
    ///     broken pipe is nothing but an error of `write`. The default is true.
    ///   - body: What it runs.
    /// - Throws: Why the system has no thread to give; then `body` is not called.
    package static func start(
        stackBytes: Int? = nil, getsSignals: Bool = true, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) {
        // The new thread inherits the mask.
        var previous = sigset_t()
        if !getsSignals {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, &previous)
        }
        defer { if !getsSignals { pthread_sigmask(SIG_SETMASK, &previous, nil) } }
        let argument = Unmanaged.passRetained(Body(body))
        let code = create(stackBytes, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw Errno(rawValue: code)
        }
    }

    private static func create(_ stackBytes: Int?, _ argument: UnsafeMutableRawPointer) -> Int32 {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        return withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
            if let stackBytes { pthread_attr_setstacksize(attributes, stackBytes) }
            return pthread_create(
                &thread, attributes,
                { argument in
                    let argument: UnsafeMutableRawPointer? = argument
                    guard let argument else { return nil }
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, argument)
        }
    }
}
