// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// The work that a host function does for the run that called it. Valid until the function answers.
///
/// The processor time of a host function counts for the run's meter like that of Lua code, without being charged. But
/// nothing can end Swift code from outside: a function whose work grows with its arguments asks in every loop whether the
/// run has to stop, at least once for every few thousand bytes. Asking takes two nanoseconds.
///
///     for member in members {
///         guard !call.work.isStopping else { return .returned }
///         …
///     }
package struct HostWork {
    private let vm: OpaquePointer?

    init(_ vm: OpaquePointer?) { self.vm = vm }

    /// Work that is done for no run: it has no limits and never has to stop.
    package static var unlimited: HostWork { HostWork(nil) }

    /// The run has to stop. The function should answer at once, whatever it is: the answer is dropped, and no code of the
    /// run sees it.
    package var isStopping: Bool { vm.map { moondial_vm_is_stopping($0) } ?? false }

    /// Counts bytes that the function allocates outside Lua, before it does so, like those that Lua allocates. Over the
    /// limit of the run, it has to stop.
    ///
    /// - Returns: Whether the function may go on.
    package func charge(bytes: Int) -> Bool {
        guard let vm else { return true }
        moondial_vm_charge(vm, bytes)
        return !moondial_vm_is_stopping(vm)
    }
}
