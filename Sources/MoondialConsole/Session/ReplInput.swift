// SPDX-License-Identifier: MIT

package import MoondialPresentation
package import NIOCore

/// The texts before the lines of a block, or a question.
package struct ReplPrompt: Sendable, Hashable {
    /// Before the first line.
    package let text: String
    package let colour: Style.Colour?
    /// The number of a question, of which the answer is one line and no Lua; nil for a block.
    package let questionNumber: Int?

    package init(_ text: String, colour: Style.Colour? = nil, questionNumber: Int? = nil) {
        self.text = text
        self.colour = colour
        self.questionNumber = questionNumber
    }

    package var isQuestion: Bool { questionNumber != nil }

    /// Before the other lines: a `>` under that of the first, `   > ` for `sim> `.
    package var continuation: String {
        String(repeating: " ", count: max(0, text.count - 2)) + "> "
    }
}

/// What was entered.
package enum ReplBlock: Sendable, Hashable {
    /// A finished block, without a newline at its end. May be empty.
    case text(String)
    /// Several blocks and commands that were pasted, each to be run by itself, in order.
    case pasted([String])
    /// The user has pressed Ctrl-C.
    case interrupted
    /// There is no more input.
    case end
    /// The input cannot be read, for this reason.
    case failed(String)
}

/// Where blocks come from.
package protocol ReplInput: AnyObject, Sendable {
    /// Waits for the next block, on a thread that may wait. Input from before a question was shown is no answer to it.
    func next(_ prompt: ReplPrompt) -> ReplBlock
    /// The complete blocks that have come in after the last one, in order, up to a limit. Does not wait. Used on the
    /// thread of ``next(_:)``. The default is none.
    func blocksAtHand() -> [ReplBlock]
    /// A time that is certainly before the last piece of the last returned block was typed, as late as possible. Output
    /// from before this time had been shown. Used on the thread of ``next(_:)``.
    var lastInput: NIODeadline { get }
    /// Ends the present wait with `interrupted`; from any thread. An input that sees Ctrl-C itself need not do anything.
    func interrupt()
    /// Notes that a question was printed: later input is typed after the question. From any thread.
    func noteQuestion()
    /// Ends the wait for the answer to that question with `interrupted`, if it goes on or is still to begin; from any thread.
    func withdraw(question number: Int)
}

extension ReplInput {
    package func blocksAtHand() -> [ReplBlock] { [] }
}
