// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers

/// An event that happens once. Tests wait for it without sleeping.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = NIOLockedValueBox(State())

    func open() {
        let waiting = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for action in waiting { action() }
    }

    /// Calls `action` when the gate opens, at once if it is open.
    func whenOpen(_ action: @escaping @Sendable () -> Void) {
        let isOpen = state.withLockedValue { state in
            if !state.isOpen { state.waiting.append(action) }
            return state.isOpen
        }
        if isOpen { action() }
    }

    /// Blocks the thread until the gate opens, for tests of a busy event loop.
    func block() {
        let lock = ConditionLock(value: false)
        whenOpen {
            lock.lock()
            lock.unlock(withValue: true)
        }
        lock.lock(whenValue: true)
        lock.unlock()
    }

    func wait() async {
        await withCheckedContinuation { continuation in whenOpen { continuation.resume() } }
    }
}
