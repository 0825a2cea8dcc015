// SPDX-License-Identifier: MIT

internal import CMoondialLua
internal import Synchronization

/// Stops the code that runs in a VM, from any thread: Ctrl-C uses it for a script that never waits.
package final class LuaInterrupter: Sendable {
    /// The VM, as long as it exists.
    private let handle: Mutex<Handle?>

    /// The C target takes calls about it from any thread.
    private struct Handle: @unchecked Sendable {
        let vm: OpaquePointer
    }

    init(_ vm: OpaquePointer) { handle = Mutex(Handle(vm: vm)) }

    /// Stops the code that is running or, if there is none, the code that runs next. Code with a limit of processor
    /// time ends anyway: it goes on unless its meter is interruptible, and then the code that waits for it is stopped.
    /// No effect once the VM does not exist any more.
    package func interrupt() {
        handle.withLock { if let handle = $0 { moondial_vm_interrupt(handle.vm) } }
    }

    /// Takes back an interrupt that has not stopped anything yet.
    package func clear() {
        handle.withLock { if let handle = $0 { moondial_vm_clear_interrupt(handle.vm) } }
    }

    func connect(_ vm: OpaquePointer) { handle.withLock { $0 = Handle(vm: vm) } }

    /// To be called before the VM is freed.
    func disconnect(_ vm: OpaquePointer) {
        handle.withLock { if $0?.vm == vm { $0 = nil } }
    }
}
