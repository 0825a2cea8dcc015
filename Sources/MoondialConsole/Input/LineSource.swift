// SPDX-License-Identifier: MIT

/// What was entered at a prompt.
package enum LineInput: Sendable, Hashable {
    /// A finished block, without a newline at its end. May be empty.
    case text(String)
    /// Control-C: whatever was typed is given up.
    case interrupted
    /// Control-D without text, or no more lines.
    case end
}

/// Where a session gets its blocks from: the editor on a terminal, or lines from anywhere else.
package protocol LineSource: AnyObject {
    /// Waits for the next block.
    ///
    /// - Throws: ``TerminalError`` when the terminal or file cannot be read. The end is not an error.
    func next(_ prompt: Prompt) throws -> LineInput
}
