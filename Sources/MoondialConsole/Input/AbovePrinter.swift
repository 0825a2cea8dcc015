// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// Prints from any thread to a terminal that may have a prompt on it: above the prompt when there is one.
package final class AbovePrinter: Sendable {
    private let writer: OutputWriter
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - writer: Writes to the terminal while no block is edited.
    ///   - wake: Called when something was printed while a block is edited, on the thread that printed it.
    init(_ writer: OutputWriter, wake: @escaping @Sendable () -> Void) {
        self.writer = writer
        self.wake = wake
    }

    /// Prints some lines; a missing newline at the end is added while a block is edited.
    package func print(_ text: String) {
        writer.write(ByteText.bytes(text))
    }

    /// A block is edited from now on. Waits until what was printed before is on the terminal.
    func begin() { writer.hold(wake) }

    /// Whether something was printed that is not shown yet.
    var hasMore: Bool { writer.hasHeld }

    /// What was printed since this was called last, as whole lines.
    func take() -> [UInt8] {
        var lines = writer.takeHeld()
        if !lines.isEmpty, lines.last != 0x0A { lines.append(0x0A) }
        return lines
    }

    /// No block is edited any more.
    func end() { writer.release() }
}
