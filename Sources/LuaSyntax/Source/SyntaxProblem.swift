// SPDX-License-Identifier: MIT

/// Why a text is not a Lua program, and which bytes show it.
package struct SyntaxProblem: Error, Hashable {
    /// In the words of Lua's own compiler.
    package let message: String
    /// The token that was not expected; empty at the end of the text.
    package let range: Range<Int>
}
