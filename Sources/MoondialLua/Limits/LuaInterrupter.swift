// SPDX-License-Identifier: MIT

internal import CMoondialLua
internal import Synchronization

/// Stops what runs in a VM, from any thread: what Ctrl-C does to a script that never waits.
package final class LuaInterrupter: Sendable {
    /// The VM, as long as it is there.
    private let handle: Mutex<Handle?>

    /// The C target takes calls about it from any thread.
    private struct Handle: @unchecked Sendable {
        let vm: OpaquePointer
    }

    init(_ vm: OpaquePointer) { handle = Mutex(Handle(vm: vm)) }

    /// Stops what is running or, if nothing is, what runs next. What has a limit of processor time ends by itself,
    /// unless its meter says otherwise: it goes on, and then what waits for it is stopped. No effect once the VM is gone.
    package func interrupt() {
        handle.withLock { if let handle = $0 { moondial_vm_interrupt(handle.vm) } }
    }

    /// Takes back an interrupt that has not stopped anything yet.
    package func clear() {
        handle.withLock { if let handle = $0 { moondial_vm_clear_interrupt(handle.vm) } }
    }

    func connect(_ vm: OpaquePointer) { handle.withLock { $0 = Handle(vm: vm) } }

    /// The VM goes away.
    func disconnect(_ vm: OpaquePointer) {
        handle.withLock { if $0?.vm == vm { $0 = nil } }
    }
}
