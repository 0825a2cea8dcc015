// SPDX-License-Identifier: MIT

import MoondialLua

/// Which brackets and block words belong together.
struct LuaBlocks: Sendable {
    /// For each token the index of its partner, or -1.
    private var partners: [Int]
    /// The opening tokens that have no partner, in order.
    private(set) var open: [Int] = []

    enum Kind {
        case bracket(UInt8)
        /// Closed by `end`.
        case block
        /// Closed by `until`.
        case loop
    }

    /// `end`: how many tokens to look at. The default is all.
    init(_ text: LuaText, end: Int? = nil) {
        partners = [Int](repeating: -1, count: end ?? text.tokens.count)
        var stack: [(index: Int, kind: Kind)] = []
        for index in text.tokens.indices.prefix(end ?? text.tokens.count) {
            if let kind = Self.opening(index, in: text) {
                stack.append((index, kind))
            } else if let closing = Self.closing(index, in: text) {
                // Unclosed blocks inside are skipped, so that one missing `end` does not affect all later pairs.
                guard let match = stack.lastIndex(where: { Self.isPair($0.kind, closing) }) else { continue }
                partners[stack[match].index] = index
                partners[index] = stack[match].index
                stack.removeSubrange(match...)
            }
        }
        open = stack.map(\.index)
    }

    /// The closing token that belongs to an opening one, or the other way round.
    func partner(of index: Int) -> Int? {
        guard partners.indices.contains(index), partners[index] >= 0 else { return nil }
        return partners[index]
    }

    /// Whether a token opens something.
    static func isOpening(_ index: Int, in text: LuaText) -> Bool { opening(index, in: text) != nil }

    /// Whether a token closes the block of an earlier token; `else` and `elseif` count, though they open the next part.
    static func isClosing(_ index: Int, in text: LuaText) -> Bool {
        closing(index, in: text) != nil || [.else, .elseif].contains(text.keyword(index))
    }

    static func opening(_ index: Int, in text: LuaText) -> Kind? {
        let token = text.tokens[index]
        switch token.kind {
        case .sign:
            guard token.range.count == 1 else { return nil }
            switch text.bytes[token.range.lowerBound] {
            case UInt8(ascii: "("): return .bracket(UInt8(ascii: ")"))
            case UInt8(ascii: "["): return .bracket(UInt8(ascii: "]"))
            case UInt8(ascii: "{"): return .bracket(UInt8(ascii: "}"))
            default: return nil
            }
        case .keyword:
            switch text.keyword(index) {
            // `for` and `while` open nothing: their `do` does.
            case .function, .do, .if: return .block
            case .repeat: return .loop
            default: return nil
            }
        default: return nil
        }
    }

    static func closing(_ index: Int, in text: LuaText) -> Kind? {
        let token = text.tokens[index]
        switch token.kind {
        case .sign:
            guard token.range.count == 1 else { return nil }
            let byte = text.bytes[token.range.lowerBound]
            switch byte {
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): return .bracket(byte)
            default: return nil
            }
        case .keyword:
            switch text.keyword(index) {
            case .end: return .block
            case .until: return .loop
            default: return nil
            }
        default: return nil
        }
    }

    static func isPair(_ opening: Kind, _ closing: Kind) -> Bool {
        switch (opening, closing) {
        case (.bracket(let first), .bracket(let second)): first == second
        case (.block, .block), (.loop, .loop): true
        default: false
        }
    }
}
