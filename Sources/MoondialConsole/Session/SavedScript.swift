// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation

/// The input of a session, as a script that does the same again.
///
/// Each block at the prompt is a chunk: its locals and labels end with it, it may return, and the next blocks find its values in
/// `_` and `_1` to `_9`. Where a block depends on this, the script does the same.
struct SavedScript {
    /// How a block is read.
    enum Kind {
        case statement
        /// A call, which is a statement as well.
        case call
        /// An expression that is no statement.
        case expression
    }

    /// In order.
    let entries: [SessionJournal.Entry]
    /// The files and folders of the rules.
    let rulePaths: [String]
    let isLive: Bool
    let kind: (_ text: String) -> Kind
    /// Removes tokens and phones from a block.
    let redacted: (_ text: String) -> String

    /// How many blocks are in it.
    var count: Int { pieces.count { if case .block = $0.content { true } else { false } } }

    /// The form of an entry in the script.
    private enum Content {
        case block(String)
        /// A comment of one line.
        case remark(String)
    }

    private var pieces: [(entry: SessionJournal.Entry, content: Content)] {
        entries.compactMap { entry in
            guard entry.outcome == .done else { return nil }
            guard let typed = entry.command else { return (entry, .block(entry.text)) }
            let command = CommandInScript(typed)
            if let block = command.block { return (entry, .block(block)) }
            return command.remark.map { (entry, .remark($0)) }
        }
    }

    var text: String {
        let pieces = pieces
        let blocks = pieces.compactMap { piece -> LuaText? in
            if case .block(let text) = piece.content { LuaText(Array(redacted(text).utf8)) } else { nil }
        }
        let usesResults = blocks.contains(where: ScriptNames.usesResults)
        var text = header
        if usesResults { text += Self.keep }
        if blocks.contains(where: { ScriptNames.spawnRange($0) != nil }) { text += Self.spawn }
        var lastFailure = 0
        for (entry, content) in pieces {
            switch content {
            case .remark(let line): text += redacted(line) + "\n"
            case .block(let block):
                let body = redacted(block)
                if ScriptNames.uses("_error", in: LuaText(Array(body.utf8))) {
                    text += error(before: entry, after: &lastFailure)
                }
                if body != block { text += "-- A phone or token of the next block was masked: put in yours.\n" }
                text += self.text(of: body, entry, keepsResults: usesResults) + "\n"
                if body.contains("\n") { text += "\n" }
            }
        }
        return text
    }

    /// An assignment of the last block's error message to `_error`, unless the script has it already.
    private func error(before entry: SessionJournal.Entry, after lastFailure: inout Int) -> String {
        guard let failed = entries.last(where: { $0.number < entry.number && $0.failure != nil }),
            let failure = failed.failure, failed.number > lastFailure
        else { return "" }
        lastFailure = failed.number
        return "_error = \(LuaWords.quoted(redacted(failure).utf8)) -- of a block that is left out\n"
    }

    private var header: String {
        let options = rulePaths.map { "--rules \(Self.shellWord($0)) " }.joined() + (isLive ? "--live " : "")
        return """
            -- Saved from a session at the prompt of moondial. Blocks that failed are left out.
            -- Run it with: moondial run \(options)FILE. Tokens and phones were replaced: put in your own.


            """
    }

    private func text(of body: String, _ entry: SessionJournal.Entry, keepsResults: Bool) -> String {
        let body = ScriptNames.replacingSpawn(in: body)
        let lua = LuaText(Array(body.utf8))
        let keepsValue = keepsResults && entry.valueCount > 0
        let kind = kind(body)
        if kind == .expression || (kind == .call && keepsValue) {
            let value = lua.withoutLastSemicolons
            return keepsResults ? "keep_values(\(value)\(lua.endsInComment ? "\n" : ""))" : "_ = \(value)"
        }
        let shape = ScriptShape(lua)
        if shape.returns {
            let function = "(function(...)\n\(body)\nend)()"
            return keepsResults ? "keep_values(\(function))" : "_ = \(function)"
        }
        if shape.declares { return "do\n\(body)\nend" }
        // A bracket could continue the line before.
        return shape.beginsWithBracket ? "; \(body)" : body
    }

    /// Lua code that keeps the values of a block as the prompt does.
    private static let keep = """
        -- The last values, as the prompt keeps them.
        local _, _1, _2, _3, _4, _5, _6, _7, _8, _9, _error

        local function keep_values(...)
          local count, values, isKept = select("#", ...), { ... }, false
          for number = 1, count do isKept = isKept or values[number] ~= nil end
          if not isKept then return end
          count = math.min(count, 9)
          local kept = { _1, _2, _3, _4, _5, _6, _7, _8, _9 }
          for number = 9, 1, -1 do
            if number > count then kept[number] = kept[number - count] else kept[number] = values[number] end
          end
          _1, _2, _3, _4, _5, _6, _7, _8, _9 = table.unpack(kept, 1, 9)
          _ = _1
        end


        """

    private static let spawn = """
        -- In a script a function of moondial.spawn runs to its end before the next line.
        local function spawn_now(run, ...) run(...) end


        """

    private static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { LuaLexer.isWord($0) || "/.-+,:@".utf8.contains($0) }
        return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}

/// The form of a command in a script.
private struct CommandInScript {
    /// Lua that the command has run.
    private(set) var block: String?
    /// A comment of one line; nil for a command that has no effect on a script.
    private(set) var remark: String?

    init(_ text: String) {
        let command = text.trimmingSpaces
        let name = command.dropFirst().prefix { !$0.isWhitespace }
        let argument = String(command.dropFirst(name.count + 1)).trimmingSpaces
        if ["full", "time"].contains(name) {
            block = argument.isEmpty ? nil : argument
            return
        }
        let why: String? =
            switch name {
            case "load": "the line at the top loads it"
            case "sim" where !argument.isEmpty: "what a script asks of the simulator is in its tokens: sim:code=9003"
            case "set" where !argument.isEmpty, "trace": "for the prompt alone"
            case "drop": "a script has no such command: leave the rule out"
            case "try": "many requests, which were tried at the prompt"
            default: nil
            }
        let line = command.replacing("\n", with: " ")
        remark = why.map { "-- \(line)    (\($0))" }
    }
}

/// Properties of a block that matter when the block is not a chunk of its own any more.
private struct ScriptShape {
    /// It returns, or takes arguments, outside of its functions.
    private(set) var returns = false
    /// It has locals or labels outside of its functions and blocks.
    private(set) var declares = false
    private(set) var beginsWithBracket = false

    init(_ lua: LuaText) {
        // The open blocks: true for a function.
        var open: [Bool] = []
        let first = lua.tokens.indices.first { lua.tokens[$0].kind != .comment }
        beginsWithBracket = first.map { lua.isSign($0, "(") } ?? false
        for index in lua.tokens.indices {
            switch lua.keyword(index) {
            case .function: open.append(true)
            case .do, .if, .repeat: open.append(false)
            case .end, .until: _ = open.popLast()
            case .return: if !open.contains(true) { returns = true }
            case .local, .goto: if open.isEmpty { declares = true }
            default: break
            }
            guard lua.tokens[index].kind == .sign, !open.contains(true) else { continue }
            let sign = lua.text(lua.tokens[index])
            if sign == "..." { returns = true }
            if sign == "::", open.isEmpty { declares = true }
        }
    }
}

/// Names that have a meaning only at the prompt.
private enum ScriptNames {
    static func usesResults(_ lua: LuaText) -> Bool {
        lua.tokens.indices.contains { index in
            guard lua.isName(index) else { return false }
            let name = lua.text(lua.tokens[index])
            if name == "_error" { return isUse(index, in: lua) }
            guard name.hasPrefix("_"), name.utf8.count <= 2, name == "_" || name.last?.isNumber == true else {
                return false
            }
            return isUse(index, in: lua)
        }
    }

    static func uses(_ name: String, in lua: LuaText) -> Bool {
        lua.tokens.indices.contains { lua.isName($0) && lua.text(lua.tokens[$0]) == name && isUse($0, in: lua) }
    }

    /// Whether a name is read, and neither a field nor declared there.
    private static func isUse(_ index: Int, in lua: LuaText) -> Bool {
        if lua.isSign(index - 1, ".") || lua.isSign(index - 1, ":") { return false }
        if [.for, .local].contains(lua.keyword(index - 1)) { return false }
        // The name may be in the list of names of a loop, declaration or function.
        var first = index
        while first >= 2, lua.isSign(first - 1, ","), lua.isName(first - 2) { first -= 2 }
        if [.for, .local].contains(lua.keyword(first - 1)) { return false }
        let isParameter =
            lua.isSign(first - 1, "(") && (lua.keyword(first - 2) == .function || isFunctionName(first - 2, in: lua))
        return !isParameter
    }

    private static func isFunctionName(_ index: Int, in lua: LuaText) -> Bool {
        var index = index
        while lua.isName(index), lua.isSign(index - 1, ".") || lua.isSign(index - 1, ":") { index -= 2 }
        return lua.isName(index) && lua.keyword(index - 1) == .function
    }

    /// The first place of `moondial.spawn`.
    static func spawnRange(_ lua: LuaText) -> Range<Int>? {
        guard
            let index = lua.tokens.indices.first(where: { index in
                lua.isName(index) && lua.isSign(index + 1, ".") && lua.isName(index + 2)
                    && lua.path(endingAt: index + 2) == "moondial.spawn"
            })
        else { return nil }
        return lua.tokens[index].range.lowerBound..<lua.tokens[index + 2].range.upperBound
    }

    static func replacingSpawn(in text: String) -> String {
        var bytes = Array(text.utf8)
        while let range = spawnRange(LuaText(bytes)) { bytes.replaceSubrange(range, with: Array("spawn_now".utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension LuaText {
    fileprivate var endsInComment: Bool { tokens.last?.kind == .comment }

    /// The text of an expression, which may end in a semicolon where it is returned.
    fileprivate var withoutLastSemicolons: String {
        guard let last = tokens.indices.last(where: { tokens[$0].kind != .comment }), isSign(last, ";") else {
            return text(0..<bytes.count)
        }
        return text(0..<tokens[last].range.lowerBound) + text(tokens[last].range.upperBound..<bytes.count)
    }
}
