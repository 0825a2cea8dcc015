// SPDX-License-Identifier: MIT

import MoondialLua

/// Follows the tokens of a block and gives the role of each: an argument that is a token, the value of a field or local
/// with a secret's name, or something else.
struct RedactionRoles {
    enum Role {
        case token, secret, other
    }

    /// The calls whose arguments hold a token, and which argument that is.
    private static let tokenArguments = ["verify": 1, "moondial.attempt": 2, "attempt": 2, "verify_token": 0]
    /// A field or local is secret when its name contains one of these.
    private static let secretWords = ["token", "secret", "password", "passwd", "authorization", "api_key", "apikey"]

    private struct Level {
        /// The function whose parentheses these are; nil for other brackets.
        let function: String?
        var argument = 0
        /// The names before an `=`, while the values after it are read.
        var names: [String] = []
        var value = 0
        var isInValues = false
    }

    private let text: LuaText
    private var levels = [Level(function: nil)]
    /// The names since the last token that cannot be part of a list of names.
    private var pending: [String] = []

    init(_ text: LuaText) {
        self.text = text
    }

    /// The role of a token. To be called for every token in order.
    mutating func next(_ index: Int) -> Role {
        let token = text.tokens[index]
        let role = role
        switch token.kind {
        case .sign: follow(sign: text.text(token), at: index)
        case .name:
            // Two values cannot follow each other: a name after a value begins a new statement.
            if endsValues(before: index) { endValues() }
            pending.append(text.text(token))
        case .string: pending = isKey(index) ? [text.text(token.content)] : []
        case .keyword:
            if ![.and, .or, .not, .nil, .true, .false].contains(text.keyword(index)) { endValues() }
            pending = []
        case .number, .comment, .unclosed, .invalid: break
        }
        return isKey(index) ? .other : role
    }

    private var role: Role {
        // Inside a table that is the value of a secret field, everything is secret.
        for level in levels.reversed() where level.isInValues {
            let name = level.names.indices.contains(level.value) ? level.names[level.value] : level.names.last
            if let name, Self.isSecret(name) { return .secret }
        }
        for level in levels.reversed() {
            guard let function = level.function else { continue }
            return Self.tokenArguments[function] == level.argument ? .token : .other
        }
        return .other
    }

    private mutating func follow(sign: String, at index: Int) {
        switch sign {
        case "(", "{", "[":
            levels.append(Level(function: sign == "(" ? text.path(endingAt: index - 1) : nil))
            pending = []
        case ")", "}", "]":
            if levels.count > 1 { levels.removeLast() }
            if sign != "]" { pending = [] }
        case "=":
            levels[levels.count - 1].names = pending
            levels[levels.count - 1].value = 0
            levels[levels.count - 1].isInValues = true
            pending = []
        case ",", ";":
            let last = levels.count - 1
            levels[last].argument += 1
            if levels[last].isInValues { levels[last].value += 1 }
            // In a table the next item is a field of its own.
            if levels.count > 1 || sign == ";" { levels[last].isInValues = false }
        case ".", ":": pending = Array(pending.dropLast())
        default: pending = []
        }
    }

    private mutating func endValues() {
        levels[levels.count - 1].isInValues = false
        pending = []
    }

    private func endsValues(before index: Int) -> Bool {
        guard index > 0, levels[levels.count - 1].isInValues else { return false }
        switch text.tokens[index - 1].kind {
        case .name, .string, .number, .unclosed: return true
        case .sign: return [")", "}", "]"].contains { text.isSign(index - 1, $0) }
        case .keyword, .comment, .invalid: return false
        }
    }

    /// Whether a string is the key in `["token"] = …`.
    private func isKey(_ index: Int) -> Bool {
        text.tokens[index].kind == .string && text.isSign(index - 1, "[") && text.isSign(index + 1, "]")
            && text.isSign(index + 2, "=")
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        // Times are not secret, as in `token_age_ms`.
        return !name.hasSuffix("_ms") && secretWords.contains { name.contains($0) }
    }
}
