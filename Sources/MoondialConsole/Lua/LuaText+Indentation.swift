// SPDX-License-Identifier: MIT

import MoondialLua

extension LuaText {
    /// How many spaces a line should begin with.
    ///
    /// - Parameters:
    ///   - start: Where the line begins, in bytes.
    ///   - step: The spaces of one level.
    /// - Returns: nil inside a string or comment, where spaces are content.
    func indentation(ofLineAt start: Int, step: Int) -> Int? {
        if start > 0, literal(around: start) != nil, !isLineComment(before: start) { return nil }
        let first = index(endingAfter: start)
        let open = LuaBlocks(self, end: first).open
        guard let innermost = open.last else { return 0 }
        let end = lineEnd(from: start)
        let closes =
            first < tokens.count && tokens[first].range.lowerBound < end && LuaBlocks.isClosing(first, in: self)
        // Brackets and blocks opened in one line count once: `f({` indents by one step, and `})` goes back by one. A
        // line that begins with a closing token gets the indentation of the line with its opening token.
        guard closes else { return indentation(ofLineWith: tokens[innermost].range.lowerBound) + step }
        let opener = LuaBlocks(self, end: first + 1).partner(of: first) ?? innermost
        return indentation(ofLineWith: tokens[opener].range.lowerBound)
    }

    private func isLineComment(before start: Int) -> Bool {
        guard let token = literal(around: start) else { return false }
        return token.kind == .comment && token.closing == 0
    }

    private func lineEnd(from start: Int) -> Int {
        bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    /// The blanks that the line of a place begins with.
    private func indentation(ofLineWith place: Int) -> Int {
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return bytes[start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    }
}
