// SPDX-License-Identifier: MIT

import TextFormats

extension Lexer {
    /// What an opening bracket begins.
    enum LongBracket {
        case level(Int)
        /// Equals signs without a second bracket.
        case unfinished
        case none
    }

    /// What the bracket at the current place begins.
    func longBracket() -> LongBracket {
        var level = 0
        while byte(after: 1 + level) == UInt8(ascii: "=") { level += 1 }
        if byte(after: 1 + level) == UInt8(ascii: "[") { return .level(level) }
        return level == 0 ? .none : .unfinished
    }

    mutating func longString(_ level: Int, isComment: Bool) throws(SyntaxProblem) -> [UInt8] {
        position += level + 2
        skipLineEnd()
        var content: [UInt8] = []
        while let byte {
            if byte == UInt8(ascii: "]"), isClosing(level) {
                position += level + 2
                return content
            }
            if isLineEnd(byte) {
                skipLineEnd()
                if !isComment { content.append(UInt8(ascii: "\n")) }
            } else {
                position += 1
                if !isComment { content.append(byte) }
            }
        }
        throw problemAtEnd("unfinished long \(isComment ? "comment" : "string")")
    }

    private func isClosing(_ level: Int) -> Bool {
        for distance in 0..<level where byte(after: 1 + distance) != UInt8(ascii: "=") { return false }
        return byte(after: 1 + level) == UInt8(ascii: "]")
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// Skips one end of a line, of one byte or two, if there is one.
    private mutating func skipLineEnd() {
        guard let first = byte, isLineEnd(first) else { return }
        position += 1
        if let second = byte, isLineEnd(second), second != first { position += 1 }
    }

    // MARK: - Short strings

    mutating func shortString() throws(SyntaxProblem) -> [UInt8] {
        let start = position
        let quote = bytes[position]
        position += 1
        var content: [UInt8] = []
        while let byte {
            if byte == quote {
                position += 1
                return content
            }
            if isLineEnd(byte) { throw problem("unfinished string", from: start) }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &content, from: start)
            } else {
                position += 1
                content.append(byte)
            }
        }
        throw problemAtEnd("unfinished string")
    }

    private mutating func escape(into content: inout [UInt8], from start: Int) throws(SyntaxProblem) {
        position += 1
        guard let byte else { return }
        switch byte {
        case UInt8(ascii: "x"):
            position += 1
            let high = try hexadecimalDigit(from: start)
            content.append(high << 4 | (try hexadecimalDigit(from: start)))
        case UInt8(ascii: "u"): content += Self.encoded(try codePoint(from: start))
        case UInt8(ascii: "z"):
            position += 1
            while let space = self.byte, Self.isSpace(space) { position += 1 }
        case _ where isLineEnd(byte):
            skipLineEnd()
            content.append(UInt8(ascii: "\n"))
        case _ where Self.isDigit(byte):
            var value = 0
            for _ in 0..<3 {
                guard let digit = self.byte, Self.isDigit(digit) else { break }
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
                position += 1
            }
            guard value <= 255 else { throw problem("decimal escape too large", from: start) }
            content.append(UInt8(value))
        default:
            position += 1
            guard let meant = Self.escapes[byte] else { throw problem("invalid escape sequence", from: start) }
            content.append(meant)
        }
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"),
    ]

    private mutating func hexadecimalDigit(from start: Int) throws(SyntaxProblem) -> UInt8 {
        guard let value = byte.flatMap(Hexadecimal.value) else {
            throw problem("hexadecimal digit expected", from: start)
        }
        position += 1
        return value
    }

    /// `u{XXX}`, up to 2³¹ − 1.
    private mutating func codePoint(from start: Int) throws(SyntaxProblem) -> UInt32 {
        position += 1
        guard take(UInt8(ascii: "{")) else { throw problem("missing '{' in \\u{xxxx}", from: start) }
        var value = UInt32(try hexadecimalDigit(from: start))
        while let digit = byte.flatMap(Hexadecimal.value) {
            position += 1
            guard value <= 0x7FFF_FFFF >> 4 else { throw problem("UTF-8 value too large", from: start) }
            value = value << 4 | UInt32(digit)
        }
        guard take(UInt8(ascii: "}")) else { throw problem("missing '}' in \\u{xxxx}", from: start) }
        return value
    }

    /// UTF-8 as it was before it was limited to 21 bits: up to six bytes.
    private static func encoded(_ value: UInt32) -> [UInt8] {
        guard value >= 0x80 else { return [UInt8(value)] }
        var (rest, largestFirst) = (value, UInt32(0x3F))
        var tail: [UInt8] = []
        repeat {
            tail.append(UInt8(0x80 | (rest & 0x3F)))
            rest >>= 6
            largestFirst >>= 1
        } while rest > largestFirst
        return [UInt8(truncatingIfNeeded: (~largestFirst << 1) | rest)] + tail.reversed()
    }
}
