// SPDX-License-Identifier: MIT

import LuaSyntax

extension SyntaxTree {
    /// The text of a string literal.
    func string(_ id: ExpressionID) -> String? {
        guard case .string(let bytes) = self[id].kind else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether an expression is a global of that name.
    func isGlobal(_ id: ExpressionID, _ name: String) -> Bool {
        guard case .name(name, .global) = self[id].kind else { return false }
        return true
    }

    /// The text of an expression in one line, cut if it is long.
    func shown(_ id: ExpressionID) -> String {
        let text = source.text(in: self[id].range)
        let line = text.prefix { !$0.isNewline }.prefix(40)
        return line.count < text.count ? "\(line)…" : text
    }
}
