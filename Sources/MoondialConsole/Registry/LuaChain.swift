// SPDX-License-Identifier: MIT

import MoondialLua

/// An expression that goes from a value to a part of it: `d.attempts[1]`, `verify(…)`, `"x"`.
struct LuaChain: Hashable {
    enum Root: Hashable {
        case name(String)
        case string
        /// Anything else, such as `(a or b)`.
        case other
    }

    enum Step: Hashable {
        case key(LuaKey)
        /// `[i]` with an index that is not known.
        case element
        case method(String)
        case call
    }

    private(set) var root = Root.other
    private(set) var steps: [Step] = []
    /// The index of the first token of the chain.
    private(set) var start: Int

    /// The chain whose last token has this index; nil when that token cannot end a chain.
    init?(endingAt end: Int, in text: LuaText) {
        start = end
        var index = end
        while text.tokens.indices.contains(index) {
            start = index
            if text.isName(index) {
                let name = text.text(text.tokens[index])
                guard text.isSign(index - 1, ".") || text.isSign(index - 1, ":") else {
                    root = .name(name)
                    return
                }
                steps.insert(text.isSign(index - 1, ".") ? .key(.text(name)) : .method(name), at: 0)
                index -= 2
            } else if text.isString(index) {
                guard Self.canBeCalled(index - 1, in: text) else {
                    root = .string
                    return
                }
                steps.insert(.call, at: 0)
                index -= 1
            } else if let opening = text.opening(ofBracketAt: index) {
                start = opening
                let isCalled = Self.canBeCalled(opening - 1, in: text)
                if text.isSign(index, "]"), isCalled {
                    steps.insert(Self.step(between: opening, and: index, in: text), at: 0)
                } else if isCalled {
                    steps.insert(.call, at: 0)
                } else {
                    enterParentheses(opening, index, in: text)
                    return
                }
                index = opening - 1
            } else {
                return nil
            }
        }
        return nil
    }

    /// The chain that begins with a token; nil when the expression continues after it, as with an operator.
    init?(startingAt start: Int, in text: LuaText) {
        guard text.isName(start) || text.isString(start) else { return nil }
        var end = start
        while true {
            if (text.isSign(end + 1, ".") || text.isSign(end + 1, ":")) && text.isName(end + 2) {
                end += 2
            } else if ["(", "[", "{"].contains(where: { text.isSign(end + 1, $0) }),
                let closing = text.closing(ofBracketAt: end + 1)
            {
                end = closing
            } else if text.isString(end + 1) {
                end += 1
            } else {
                break
            }
        }
        let next = end + 1
        if text.tokens.indices.contains(next), text.tokens[next].kind == .sign,
            ![";", ",", ")", "}", "("].contains(where: { text.isSign(next, $0) })
        {
            return nil
        }
        if [.and, .or].contains(text.keyword(next)) { return nil }
        self.init(endingAt: end, in: text)
    }

    /// The keys that lead to the value from the globals; nil when a call or an unknown index is among them.
    var keys: [LuaKey]? {
        guard case .name(let name) = root else { return nil }
        var keys: [LuaKey] = [.text(name)]
        for step in steps {
            guard case .key(let key) = step else { return nil }
            keys.append(key)
        }
        return keys
    }

    /// The chain before its last step.
    var withoutLastStep: LuaChain {
        var chain = self
        if !chain.steps.isEmpty { chain.steps.removeLast() }
        return chain
    }

    private mutating func enterParentheses(_ opening: Int, _ closing: Int, in text: LuaText) {
        guard text.isSign(closing, ")"), let inner = LuaChain(endingAt: closing - 1, in: text),
            inner.start == opening + 1
        else { return }
        root = inner.root
        steps = inner.steps + steps
    }

    private static func canBeCalled(_ index: Int, in text: LuaText) -> Bool {
        text.isName(index) || text.isString(index) || text.isSign(index, ")") || text.isSign(index, "]")
            || text.isSign(index, "}")
    }

    private static func step(between opening: Int, and closing: Int, in text: LuaText) -> Step {
        guard closing == opening + 2 else { return .element }
        let token = text.tokens[opening + 1]
        switch token.kind {
        case .number: return Int64(text.text(token)).map { .key(.integer($0)) } ?? .element
        case .string: return .key(.text(text.value(ofString: token)))
        default: return .element
        }
    }
}

extension LuaText {
    /// The value of a string token.
    func value(ofString token: LuaToken) -> String {
        let content = bytes[token.content]
        return String(decoding: token.opening == 1 ? LuaEscapes.decoded(content) : Array(content), as: UTF8.self)
    }

    /// The index of the bracket that the one at an index closes.
    func opening(ofBracketAt index: Int) -> Int? {
        guard [")", "]", "}"].contains(where: { isSign(index, $0) }) else { return nil }
        var depth = 0
        for candidate in stride(from: index, through: 0, by: -1) {
            if [")", "]", "}"].contains(where: { isSign(candidate, $0) }) { depth += 1 }
            if ["(", "[", "{"].contains(where: { isSign(candidate, $0) }) { depth -= 1 }
            if depth == 0 { return candidate }
        }
        return nil
    }

    /// The index of the bracket that closes the one at an index.
    func closing(ofBracketAt index: Int) -> Int? {
        var depth = 0
        for candidate in index..<tokens.count {
            if ["(", "[", "{"].contains(where: { isSign(candidate, $0) }) { depth += 1 }
            if [")", "]", "}"].contains(where: { isSign(candidate, $0) }) { depth -= 1 }
            if depth == 0 { return candidate }
        }
        return nil
    }
}
