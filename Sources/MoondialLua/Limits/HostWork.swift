// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// The work that a host function does for the run that called it. Valid until the function answers.
///
/// The processor time of a host function counts for the run's meter like that of Lua code, without a call of `charge`.
/// But nothing can end Swift code from outside: a function whose work grows with its arguments has to check
/// `isStopping` in every loop, at least once for every few thousand bytes. A check takes two nanoseconds.
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

    /// Whether the run has to stop. If so, the function should answer at once. The answer does not matter: it is
    /// dropped.
    package var isStopping: Bool { vm.map { moondial_vm_is_stopping($0) } ?? false }

    /// Counts bytes that the function is about to allocate outside Lua, like those that Lua allocates. A run that
    /// exceeds its limit has to stop.
    ///
    /// - Returns: Whether the function may go on.
    package func charge(bytes: Int) -> Bool {
        guard let vm else { return true }
        moondial_vm_charge(vm, bytes)
        return !moondial_vm_is_stopping(vm)
    }
}
