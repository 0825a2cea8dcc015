// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import Platform
import TextFormats

/// Prints from any thread to a terminal that may have a prompt on it: above the prompt when there is one.
package final class AbovePrinter: Sendable {
    private struct State {
        var isEditing = false
        var waiting: [UInt8] = []
    }

    private let output: Int32
    private let wake: @Sendable () -> Void
    private let state = NIOLockedValueBox(State())

    init(output: Int32, wake: @escaping @Sendable () -> Void) {
        self.output = output
        self.wake = wake
    }

    /// Prints some lines; a missing newline at the end is added while a block is edited.
    package func print(_ text: String) {
        let bytes = ByteText.bytes(text)
        let isEditing = state.withLockedValue { state in
            if state.isEditing {
                state.waiting += bytes
                if state.waiting.last != 0x0A { state.waiting.append(0x0A) }
            } else {
                Descriptors.writeAll(bytes, to: output)
            }
            return state.isEditing
        }
        if isEditing { wake() }
    }

    func begin() {
        state.withLockedValue { $0.isEditing = true }
    }

    /// Whether something was printed that is not shown yet.
    var hasMore: Bool { state.withLockedValue { !$0.waiting.isEmpty } }

    /// What was printed since it was last asked.
    func take() -> [UInt8] {
        state.withLockedValue { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    func end() {
        state.withLockedValue { state in
            state.isEditing = false
            if !state.waiting.isEmpty { Descriptors.writeAll(state.waiting, to: output) }
            state.waiting = []
        }
    }
}
