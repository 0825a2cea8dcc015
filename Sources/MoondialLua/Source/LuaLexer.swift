// SPDX-License-Identifier: MIT

import TextFormats

/// The smallest unit of a Lua source.
package struct LuaToken: Sendable, Hashable {
    /// What a token is.
    package enum Kind: Sendable, Hashable {
        case name, keyword, number, string, comment
        /// A string or long comment that is not closed.
        case unclosed
        /// Punctuation and operators.
        case sign
        /// A character that no Lua program has outside strings and comments.
        case invalid
    }

    package let kind: Kind
    /// The bytes of the text.
    package let range: Range<Int>
    /// For strings: how many bytes of the range are delimiters, at the beginning and at the end.
    package private(set) var opening = 0
    /// See ``opening``.
    package private(set) var closing = 0

    fileprivate init(kind: Kind, range: Range<Int>, opening: Int = 0, closing: Int = 0) {
        self.kind = kind
        self.range = range
        self.opening = opening
        self.closing = closing
    }

    /// The bytes between the delimiters of a string.
    package var content: Range<Int> {
        range.lowerBound + opening..<max(range.lowerBound + opening, range.upperBound - closing)
    }
}

/// Splits text into the tokens of Lua 5.4 (reference manual, section 3.1). Never fails: unfinished or invalid text
/// becomes a token too. White space is left out.
package struct LuaLexer {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// All tokens of a text, in order.
    package static func tokens(of text: [UInt8]) -> [LuaToken] {
        text.withUnsafeBufferPointer { bytes in
            var lexer = LuaLexer(bytes: bytes)
            var tokens: [LuaToken] = []
            tokens.reserveCapacity(bytes.count / 4)
            while let token = lexer.next() { tokens.append(token) }
            return tokens
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private mutating func next() -> LuaToken? {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        guard position < bytes.count else { return nil }
        let start = position
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            return name(from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number(from: start)
        case UInt8(ascii: "."):
            if let after = peek(1), Self.isDigit(after) { return number(from: start) }
            return sign(from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return shortString(from: start, quote: byte)
        case UInt8(ascii: "["):
            if let level = longBracket(at: start) {
                return longString(from: start, opening: level + 2, level: level, kind: .string)
            }
            return sign(from: start)
        case UInt8(ascii: "-"):
            return peek(1) == UInt8(ascii: "-") ? comment(from: start) : sign(from: start)
        case UInt8(ascii: "#"):
            // The first line of a script may name its interpreter.
            return start == 0 && peek(1) == UInt8(ascii: "!") ? lineComment(from: start) : sign(from: start)
        default: return sign(from: start)
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func name(from start: Int) -> LuaToken {
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        let isKeyword = LuaKeyword(UnsafeBufferPointer(rebasing: bytes[start..<position])) != nil
        return LuaToken(kind: isKeyword ? .keyword : .name, range: start..<position)
    }

    /// Takes all bytes that could belong to a number, as Lua does: `0x` and `3x` are one malformed number.
    private mutating func number(from start: Int) -> LuaToken {
        let isHexadecimal = bytes[start] == UInt8(ascii: "0") && (peek(1).map { $0 | 0x20 } == UInt8(ascii: "x"))
        let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
        while position < bytes.count {
            let byte = bytes[position]
            let isSigned = byte | 0x20 == exponent && (peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-"))
            if isSigned {
                position += 2
            } else if byte == UInt8(ascii: "."), peek(1) == UInt8(ascii: ".") {
                // A concatenation, which Lua itself would not accept without a space; it is coloured as the user means
                // it.
                break
            } else if Self.isWord(byte) || byte == UInt8(ascii: ".") {
                position += 1
            } else {
                break
            }
        }
        return LuaToken(kind: .number, range: start..<position)
    }

    private mutating func shortString(from start: Int, quote: UInt8) -> LuaToken {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote {
                position += 1
                return LuaToken(kind: .string, range: start..<position, opening: 1, closing: 1)
            }
            if Self.isLineEnd(byte) { break }
            position += 1
            guard byte == UInt8(ascii: "\\"), position < bytes.count else { continue }
            // An escaped newline belongs to the string, and so does all white space after `\z`.
            let escaped = bytes[position]
            let skipsSpace = escaped == UInt8(ascii: "z")
            position += Self.isLineEnd(escaped, peek(1)) ? 2 : 1
            while skipsSpace, position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        }
        return LuaToken(kind: .unclosed, range: start..<position, opening: 1)
    }

    /// - Returns: how many equals signs the long bracket at a place has, or nil when there is none.
    private func longBracket(at start: Int) -> Int? {
        var index = start + 1
        while index < bytes.count, bytes[index] == UInt8(ascii: "=") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else { return nil }
        return index - start - 1
    }

    private mutating func longString(from start: Int, opening: Int, level: Int, kind: LuaToken.Kind) -> LuaToken {
        position = start + opening
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "]"), isClosing(at: position, level: level) {
                position += level + 2
                return LuaToken(kind: kind, range: start..<position, opening: opening, closing: level + 2)
            }
            position += 1
        }
        return LuaToken(kind: .unclosed, range: start..<position, opening: opening)
    }

    private func isClosing(at start: Int, level: Int) -> Bool {
        let end = start + level + 1
        guard end < bytes.count, bytes[end] == UInt8(ascii: "]") else { return false }
        return bytes[start + 1..<end].allSatisfy { $0 == UInt8(ascii: "=") }
    }

    private mutating func comment(from start: Int) -> LuaToken {
        if start + 2 < bytes.count, bytes[start + 2] == UInt8(ascii: "["), let level = longBracket(at: start + 2) {
            return longString(from: start, opening: level + 4, level: level, kind: .comment)
        }
        return lineComment(from: start)
    }

    private mutating func lineComment(from start: Int) -> LuaToken {
        while position < bytes.count, !Self.isLineEnd(bytes[position]) { position += 1 }
        return LuaToken(kind: .comment, range: start..<position)
    }

    private mutating func sign(from start: Int) -> LuaToken {
        let byte = bytes[start]
        position += 1
        switch byte {
        case UInt8(ascii: "."):
            while position < min(start + 3, bytes.count), bytes[position] == byte { position += 1 }
        case UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"), UInt8(ascii: "/"),
            UInt8(ascii: ":"):
            if position < bytes.count, isPair(byte, bytes[position]) { position += 1 }
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "^"),
            UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ";"),
            UInt8(ascii: ","):
            break
        default:
            while position < bytes.count, bytes[position] >= 0x80 { position += 1 }
            return LuaToken(kind: .invalid, range: start..<position)
        }
        return LuaToken(kind: .sign, range: start..<position)
    }

    private func isPair(_ first: UInt8, _ second: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "<"), UInt8(ascii: ">"): second == first || second == UInt8(ascii: "=")
        case UInt8(ascii: "/"), UInt8(ascii: ":"): second == first
        default: second == UInt8(ascii: "=")
        }
    }

    /// Whether Lua takes the byte for white space.
    package static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Whether Lua ends a line at the byte.
    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// Whether Lua reads both bytes as one end of a line: CR and LF, in either order.
    static func isLineEnd(_ first: UInt8, _ second: UInt8?) -> Bool {
        guard let second else { return false }
        return first != second && isLineEnd(first) && isLineEnd(second)
    }

    /// 0 to 9.
    @inlinable package static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Letters of ASCII, digits and the underscore.
    @inlinable package static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }
}
