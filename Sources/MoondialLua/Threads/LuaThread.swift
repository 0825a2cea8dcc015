// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// One coroutine of the host, running at most one call at a time. Make it with `LuaVM.makeThread`, end it with `close`.
package final class LuaThread {
    /// The run or script that this thread belongs to, as the host gave it.
    package let context: AnyObject?
    package let vm: LuaVM
    private let meter: LuaMeter
    private var handle: OpaquePointer?

    fileprivate init(vm: LuaVM, context: AnyObject?, meter: LuaMeter) {
        self.vm = vm
        self.context = context
        self.meter = meter
    }

    fileprivate func acquire() -> Bool {
        handle = moondial_thread_acquire(vm.handle, Unmanaged.passUnretained(self).toOpaque(), meter.handle)
        return handle != nil
    }

    deinit {
        // Code that runs while the thread is closed must not get a reference to an object that is being freed.
        if let handle { moondial_thread_disown(handle) }
        close()
    }

    /// Calls `function` with the values that `arguments` writes, up to its end or its first wait.
    package func start(_ function: LuaFunction, arguments: (LuaWriter) -> Void = { _ in }) -> LuaOutcome {
        guard let handle else { preconditionFailure("a closed Lua thread was started") }
        precondition(!moondial_thread_waits(handle), "a Lua thread was started that waits")
        write(arguments)
        return outcome(moondial_thread_start(handle, function.reference))
    }

    /// The same with a first argument that all calls of the thread share. `first` writes exactly one value, in the
    /// first call, and the thread keeps it until it is closed.
    package func start(
        _ function: LuaFunction, sharing first: (LuaWriter) -> Void, arguments: (LuaWriter) -> Void
    ) -> LuaOutcome {
        let isKept = handle.map { moondial_thread_keeps($0) } ?? false
        return start(function) { writer in
            if isKept { writer.writeKept() } else { writer.writeToKeep(first) }
            arguments(writer)
        }
    }

    /// Ends the wait named by `ticket` with results, and runs the thread on.
    ///
    /// - Returns: Nil when that wait has ended already: the reply is dropped and nothing runs.
    package func resume(_ ticket: LuaTicket, results: (LuaWriter) -> Void) -> LuaOutcome? {
        reply(to: ticket, raises: false, results)
    }

    /// Ends the wait named by `ticket` with an error at the place of the call.
    ///
    /// - Returns: Nil when that wait has ended already: the reply is dropped and nothing runs.
    package func resume(_ ticket: LuaTicket, raising message: String) -> LuaOutcome? {
        reply(to: ticket, raises: true) { $0.write(message) }
    }

    private func reply(to ticket: LuaTicket, raises: Bool, _ values: (LuaWriter) -> Void) -> LuaOutcome? {
        guard let handle else { return nil }
        write(values)
        let status = moondial_thread_resume(handle, ticket.number, raises)
        return status == MOONDIAL_LATE ? nil : outcome(status)
    }

    private func write(_ values: (LuaWriter) -> Void) {
        vm.preconditionNotAnswering()
        let writer = LuaWriter(vm: vm)
        writer.reset()
        values(writer)
    }

    /// The ticket of the current wait or, inside a host function that may wait, of the wait that it can begin.
    package var ticket: LuaTicket {
        LuaTicket(number: handle.map { moondial_thread_ticket($0) } ?? 0)
    }

    /// Ends the wait, also in the coroutines through which the thread waits: to-be-closed variables are closed,
    /// innermost first, and cannot wait. Later replies are dropped. A host function that this thread calls must not
    /// call it.
    package func close() {
        guard let handle else { return }
        precondition(!moondial_thread_runs(handle), "a Lua thread was closed while it runs")
        self.handle = nil
        moondial_thread_release(handle)
    }

    private func outcome(_ status: moondial_status) -> LuaOutcome {
        switch status {
        case MOONDIAL_OK: .returned(LuaReader(vm: vm))
        case MOONDIAL_WAITING: .waiting
        case MOONDIAL_STOPPED: .failed(stop())
        default: .failed(report(status))
        }
    }

    /// The error that a call ended with. Making it takes time that grows with the error's text and traceback. The time
    /// is charged, since a script can fail again and again.
    private func report(_ status: moondial_status) -> LuaError {
        let start = ContinuousClock.now
        let error = LuaError(status: status, vm: vm)
        meter.charge(ContinuousClock.now - start)
        return error
    }

    private func stop() -> LuaError {
        let stop = meter.stop ?? LuaError(stopOf: meter, vm: vm)
        meter.stop = stop
        return stop
    }
}

extension LuaVM {
    /// A thread to run calls on, one after the other, within the limits of the meter. The default meter limits nothing.
    ///
    /// - Throws: `LuaError` with code `memory`.
    package func makeThread(context: AnyObject? = nil, meter: LuaMeter = LuaMeter()) throws(LuaError) -> LuaThread {
        let thread = LuaThread(vm: self, context: context, meter: meter)
        guard thread.acquire() else { throw LuaError(code: .memory, message: "not enough memory for a coroutine") }
        return thread
    }
}

/// Names one wait; no two waits of a VM have the same.
package struct LuaTicket: Hashable, Sendable {
    let number: UInt64
}

/// How a call of a thread ended.
package enum LuaOutcome {
    /// The function returned. The results are valid until the next call into the VM.
    case returned(LuaReader)
    /// The thread has called a host function that waits.
    case waiting
    /// The code raised an error, was stopped, or returned values that cannot be passed to the host. The thread can be
    /// started again.
    case failed(LuaError)
}
