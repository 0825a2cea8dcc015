// SPDX-License-Identifier: MIT

import MoondialLua

/// A text with its tokens.
struct LuaText: Sendable {
    let bytes: [UInt8]
    let tokens: [LuaToken]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens = LuaLexer.tokens(of: bytes)
    }

    func text(_ token: LuaToken) -> String { text(token.range) }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    func isSign(_ index: Int, _ sign: Unicode.Scalar) -> Bool {
        guard tokens.indices.contains(index) else { return false }
        let token = tokens[index]
        return token.kind == .sign && token.range.count == 1 && bytes[token.range.lowerBound] == UInt8(ascii: sign)
    }

    func isName(_ index: Int) -> Bool { tokens.indices.contains(index) && tokens[index].kind == .name }

    func isString(_ index: Int) -> Bool { tokens.indices.contains(index) && tokens[index].kind == .string }

    func keyword(_ index: Int) -> LuaKeyword? {
        guard tokens.indices.contains(index), tokens[index].kind == .keyword else { return nil }
        return LuaKeyword(bytes[tokens[index].range])
    }

    /// The first token that ends after a place, or the number of tokens.
    func index(endingAfter place: Int) -> Int {
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].range.upperBound > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The string or comment that a place is inside of: after the first byte and before the end of the token, or at its
    /// end if the token is not closed.
    func literal(around place: Int) -> LuaToken? {
        // The place right after a line comment or an unclosed token is still inside.
        for token in tokens[max(0, index(endingAfter: place) - 1)...].prefix(2) {
            guard token.range.lowerBound < place else { continue }
            let isOpen = token.kind == .unclosed || (token.kind == .comment && token.closing == 0)
            let isLiteral = isOpen || token.kind == .string || token.kind == .comment
            if isLiteral, place < token.range.upperBound || (isOpen && place == token.range.upperBound) { return token }
        }
        return nil
    }

    /// The dotted name that ends with a token: `moondial.attempt` for its last word. Methods are joined with a colon.
    func path(endingAt index: Int) -> String? {
        guard tokens.indices.contains(index), tokens[index].kind == .name else { return nil }
        var first = index
        while first >= 2, isSign(first - 1, ".") || isSign(first - 1, ":"), tokens[first - 2].kind == .name {
            first -= 2
        }
        // A field of something that is not a name, as in `f().x`.
        if first >= 1, isSign(first - 1, ".") || isSign(first - 1, ":") { return nil }
        return tokens[first...index].map(text).joined()
    }
}
