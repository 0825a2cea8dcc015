// SPDX-License-Identifier: MIT

import MoondialLua

/// Whether a block needs more lines, judged by its tokens: used while Lua itself cannot be asked.
enum LuaCompleteness {
    /// Signs after which an expression, a name or a list must go on.
    private static let openSigns: Set<String> = [
        "=", ",", "+", "-", "*", "/", "//", "%", "^", "#", "&", "~", "|", "<<", ">>", "..", "<", ">", "<=", ">=", "==",
        "~=", ".", ":",
    ]

    static func isIncomplete(_ bytes: [UInt8]) -> Bool {
        // A short string goes on in the next line only after a backslash or `\z`.
        let text = LuaText(bytes + [UInt8(ascii: "\n")])
        if let last = text.tokens.last, last.kind == .unclosed { return last.range.upperBound == text.bytes.count }
        return !LuaBlocks(text).open.isEmpty || isLoopHead(text) || endsOpen(text)
    }

    /// Whether the last `for` or `while` has no `do` yet.
    private static func isLoopHead(_ text: LuaText) -> Bool {
        let words: Set<LuaKeyword?> = [.do, .end, .until, .for, .while]
        let last = text.tokens.indices.last { words.contains(text.keyword($0)) }.flatMap { text.keyword($0) }
        return last == .for || last == .while
    }

    /// Whether the last token needs another one after it.
    private static func endsOpen(_ text: LuaText) -> Bool {
        guard let index = text.tokens.indices.last(where: { text.tokens[$0].kind != .comment }) else { return false }
        return wantsMore(after: index, in: text)
    }

    /// Whether a token needs another one after it.
    static func wantsMore(after index: Int, in text: LuaText) -> Bool {
        switch text.keyword(index) {
        case .and, .or, .not, .local, .in, .until, .goto: return true
        default: break
        }
        let token = text.tokens[index]
        return token.kind == .sign && openSigns.contains(text.text(token)) && !endsAttribute(index, in: text)
    }

    /// Whether a `>` ends an attribute, as in `local x <const>`.
    private static func endsAttribute(_ index: Int, in text: LuaText) -> Bool {
        text.isSign(index, ">") && text.isName(index - 1) && text.isSign(index - 2, "<") && text.isName(index - 3)
    }
}
