// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

/// Text that was pasted, as the inputs that it consists of: each is run by itself, as if it had been typed.
struct PastedText {
    /// At least one.
    let inputs: [String]

    /// Each command is an input, and so are complete lines before a line that begins in the first column. Inputs that
    /// share a local variable stay together, when they can be run together.
    ///
    /// - Parameters:
    ///   - text: What was pasted, without prompts and outputs.
    ///   - isIncomplete: Whether Lua needs more lines.
    ///   - isStatement: Whether Lua can run a text as statements.
    init(_ text: String, isIncomplete: (_ text: String) -> Bool, isStatement: (_ text: String) -> Bool) {
        let pieces = Self.pieces(of: text, isIncomplete: isIncomplete)
        let joined = Self.joiningLocals(pieces, isStatement: isStatement)
        inputs = joined.isEmpty ? [text] : joined
    }

    private static func pieces(of text: String, isIncomplete: (String) -> Bool) -> [String] {
        var pieces: [String] = []
        var lines: [Substring] = []
        var open = OpenBlock()
        /// Comments that belong to what follows them.
        var isComment = true
        func finish() {
            while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
            if !lines.isEmpty { pieces.append(lines.joined(separator: "\n")) }
            lines = []
            open = OpenBlock()
            isComment = true
        }
        for line in text.lines {
            let lua = LuaText(Array(line.utf8))
            let begins = beginsInput(line, lua)
            if begins, !lines.isEmpty, !isComment, !open.isOpen, !isIncomplete(lines.joined(separator: "\n")) {
                finish()
            }
            if lines.isEmpty || isComment, !open.isOpen, ReplSession.isCommand(String(line)) {
                finish()
                pieces.append(String(line))
                continue
            }
            if lines.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
            lines.append(line)
            open.add(Array(line.utf8))
            if lua.tokens.contains(where: { $0.kind != .comment }) { isComment = false }
        }
        finish()
        return pieces
    }

    /// Whether a line may be the first of an input: it is not indented, and does not begin with a token that continues
    /// the line before.
    private static func beginsInput(_ line: Substring, _ lua: LuaText) -> Bool {
        guard let first = line.first, !first.isWhitespace else { return false }
        if ReplSession.isCommand(String(line)) { return true }
        guard lua.tokens.first?.kind == .sign, let token = lua.tokens.first else {
            return ![.and, .or, .end, .else, .elseif, .then, .until, .do].contains(lua.keyword(0))
        }
        return ["(", "-", "#", "~", "{", "::", ";", "..."].contains(lua.text(token))
    }

    /// Joins the inputs from the one that declares a local to the last one that contains its name. An expression at the
    /// end is returned.
    private static func joiningLocals(_ pieces: [String], isStatement: (String) -> Bool) -> [String] {
        // Where each name is mentioned last, up to the next command.
        var lastMention: [String: Int] = [:]
        var reach: [Int] = pieces.indices.map { $0 }
        for index in pieces.indices.reversed() {
            if ReplSession.isCommand(pieces[index]) {
                lastMention = [:]
                continue
            }
            for name in names(in: pieces[index]) where lastMention[name] == nil { lastMention[name] = index }
            let locals = BlockLocals.names(in: pieces[index])
            reach[index] = max(index, locals.compactMap { lastMention[$0] }.max() ?? index)
        }
        var result: [String] = []
        var index = 0
        while index < pieces.count {
            var (end, next) = (index, index)
            while next <= end {
                end = max(end, reach[next])
                next += 1
            }
            result += joined(pieces[index...end], isStatement: isStatement)
            index = end + 1
        }
        return result
    }

    /// One input if the joined text can be run, else the same inputs.
    private static func joined(_ pieces: ArraySlice<String>, isStatement: (String) -> Bool) -> [String] {
        guard pieces.count > 1, let last = pieces.last else { return Array(pieces) }
        let statements = pieces.dropLast().joined(separator: "\n") + "\n"
        for ending in [last, "return " + last] where isStatement(statements + ending) { return [statements + ending] }
        return Array(pieces)
    }

    private static func names(in text: String) -> Set<String> {
        let lua = LuaText(Array(text.utf8))
        return Set(lua.tokens.lazy.filter { $0.kind == .name }.map(lua.text))
    }
}
