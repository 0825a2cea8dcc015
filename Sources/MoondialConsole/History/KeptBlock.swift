// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers

/// A block in the history file.
package struct KeptBlock: Sendable, Hashable {
    /// The text as it was entered, or its redacted form.
    package var text: String
    /// When it was entered, in milliseconds since 1970; nil when that is not known.
    package var time: Int64?
    /// Where its requests went: "sim", or a host; nil when that is not known.
    package var target: String?
    /// The outcome; nil when that is not known.
    package var outcome: BlockOutcome?

    package init(_ text: String, time: Int64? = nil, target: String? = nil, outcome: BlockOutcome? = nil) {
        (self.text, self.time, self.target, self.outcome) = (text, time, target, outcome)
    }
}

/// The outcomes of the blocks of a session, for the thread that writes the history.
final class FinishedBlocks: Sendable {
    private static let capacity = 100_000
    private let blocks = NIOLockedValueBox<[String: KeptBlock]>([:])

    func add(_ block: KeptBlock) {
        blocks.withLockedValue { blocks in
            // Without an editor, which takes the blocks out, their number must stay bounded.
            if blocks.count >= Self.capacity { blocks = [:] }
            blocks[block.text] = block
        }
    }

    /// The block with what is known about it.
    func take(_ text: String) -> KeptBlock {
        blocks.withLockedValue { $0.removeValue(forKey: text) } ?? KeptBlock(text)
    }

    /// Drops the blocks that were not taken.
    func removeAll() { blocks.withLockedValue { $0 = [:] } }
}
