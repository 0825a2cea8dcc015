// SPDX-License-Identifier: MIT

package import LuaSyntax

/// One thing that is wrong with a file, or probably is.
package struct Finding: Sendable {
    package let code: FindingCode
    /// What is wrong, in one line; may hold bytes of the file, and is not yet printable.
    package let message: String
    /// The name of the file as it was given.
    package let file: String
    package let start: SourcePosition
    /// After the last character.
    package let end: SourcePosition
    /// The line in which it starts.
    package let sourceLine: String
    /// What to do about it here, if there is more to say than the code's advice.
    package let hint: String?

    package var severity: Severity { code.severity }

    package init(
        _ code: FindingCode, _ message: String, file: String, start: SourcePosition, end: SourcePosition,
        sourceLine: String, hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.start = start
        self.end = end
        self.sourceLine = sourceLine
        self.hint = hint
    }

    /// A finding about a range of bytes. An empty range means the character at that place.
    init(
        _ code: FindingCode, _ message: String, file: String, _ range: Range<Int>, of source: SourceText, hint: String?
    ) {
        let start = source.position(at: range.lowerBound)
        let end = source.position(at: range.upperBound)
        self.init(
            code, message, file: file, start: start, end: end,
            sourceLine: String(decoding: source.bytes(ofLine: start.line), as: UTF8.self), hint: hint)
    }
}
