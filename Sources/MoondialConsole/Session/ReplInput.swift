// SPDX-License-Identifier: MIT

package import MoondialRules

/// What stands before the lines of a block.
package struct ReplPrompt: Sendable, Hashable {
    /// Before the first line.
    package let text: String
    package let colour: TextStyle.Colour?
    /// A question, of which the answer is one line and no Lua.
    package let isQuestion: Bool

    package init(_ text: String, colour: TextStyle.Colour? = nil, isQuestion: Bool = false) {
        self.text = text
        self.colour = colour
        self.isQuestion = isQuestion
    }

    /// Before the other lines: a `>` under that of the first, `   > ` for `sim> `.
    package var continuation: String {
        String(repeating: " ", count: max(0, text.count - 2)) + "> "
    }
}

/// What was entered.
package enum ReplBlock: Sendable, Hashable {
    /// A finished block, without a newline at its end. May be empty.
    case text(String)
    /// Given up with Ctrl-C.
    case interrupted
    /// No more is to come.
    case end
}

/// Where blocks come from.
package protocol ReplInput: AnyObject, Sendable {
    /// Waits for the next block, on a thread that may wait. What came in before a question was shown is no answer to it.
    func next(_ prompt: ReplPrompt) -> ReplBlock
    /// Ends the present wait with `interrupted`; from any thread. An input that sees Ctrl-C itself need not do anything.
    func interrupt()
}
