// SPDX-License-Identifier: MIT

/// What to write instead of something that other languages have and Lua does not have.
struct SyntaxAdvice {
    /// What the user should do.
    let fix: String
    /// The tokens that the advice is about.
    let tokens: ClosedRange<Int>

    /// Examines the token that Lua did not expect, which has the given index, and those around it. At the end of the
    /// text the index is the number of tokens. `message` is that of Lua.
    init?(_ tokens: [LuaToken], at index: Int, in text: [UInt8], message: String) {
        let reader = Reader(tokens: tokens, text: text, index: index, message: message)
        guard let found = reader.characters ?? reader.operators ?? reader.words ?? reader.signs ?? reader.blocks else {
            return nil
        }
        guard let last = tokens.indices.last else { return nil }
        fix = found.fix
        // The end of the text is no token.
        self.tokens = min(found.tokens.lowerBound, last)...min(found.tokens.upperBound, last)
    }
}

private typealias Found = (fix: String, tokens: ClosedRange<Int>)

private struct Reader {
    let tokens: [LuaToken]
    let text: [UInt8]
    let index: Int
    let message: String

    /// The text of the token that is `offset` after the unexpected one; empty where there is none.
    private func word(_ offset: Int = 0) -> String { word(at: index + offset) }

    private func word(at place: Int) -> String {
        tokens.indices.contains(place) ? String(decoding: text[tokens[place].range], as: UTF8.self) : ""
    }

    private func kind(_ offset: Int = 0) -> LuaToken.Kind? {
        tokens.indices.contains(index + offset) ? tokens[index + offset].kind : nil
    }

    /// Whether a token begins where the one before it ends.
    private func touchesNext(_ offset: Int = 0) -> Bool {
        guard tokens.indices.contains(index + offset), tokens.indices.contains(index + offset + 1) else { return false }
        return tokens[index + offset].range.upperBound == tokens[index + offset + 1].range.lowerBound
    }

    private func pair(_ offset: Int = 0) -> String { touchesNext(offset) ? word(offset) + word(offset + 1) : "" }

    private func found(_ fix: String, from first: Int = 0, to last: Int = 0) -> Found {
        (fix, index + first...index + last)
    }

    // MARK: - Characters

    var characters: Found? {
        guard kind() == .invalid, let first = word().unicodeScalars.first else { return nil }
        guard first.isASCII else { return letters ?? foreign }
        switch first {
        case "!" where ["!=", "!=="].contains(pair()): return found("write ~= for 'is not equal'", to: 1)
        case "!": return found("write not: not \(touchesNext() ? word(1) : "x")")
        case "?": return found("Lua has no '?': write condition and one or other, or an if")
        case "`": return found("write \" or ' around a text, or [[ ]] around one of several lines")
        case "\\":
            return found("a backslash stands in strings only; a long expression goes on in the next line by itself")
        default: return found("Lua has no '\(first)'")
        }
    }

    private var foreign: Found? {
        // All characters of the line, so that the user can correct them together.
        let start = text[..<tokens[index].range.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        let ofLine = tokens.filter { $0.kind == .invalid && (start..<end).contains($0.range.lowerBound) }
        let scalars = ofLine.flatMap { Array(String(decoding: text[$0.range], as: UTF8.self).unicodeScalars) }
        return ForeignCharacters.advice(on: word().unicodeScalars + scalars).map { found($0) }
    }

    /// A name with letters that Lua's names do not have.
    private var letters: Found? {
        guard let first = word().unicodeScalars.first, ForeignCharacters.isLetter(first) else { return nil }
        var start = index
        var end = index
        while start > 0, touchesNext(start - 1 - index), isPartOfName(start - 1) { start -= 1 }
        while touchesNext(end - index), isPartOfName(end + 1) { end += 1 }
        let name = String(
            decoding: text[tokens[start].range.lowerBound..<tokens[end].range.upperBound], as: UTF8.self
        ).unicodeScalars.prefix { $0.isASCII || ForeignCharacters.isLetter($0) }
        let shown = String(name)
        return (
            "names have the letters A to Z and a to z, digits and _: rename \(shown); as a key it is t[\"\(shown)\"]",
            start...end
        )
    }

    private func isPartOfName(_ place: Int) -> Bool {
        switch tokens[place].kind {
        case .name, .keyword, .number: return true
        case .invalid: return word(at: place).unicodeScalars.first.map(ForeignCharacters.isLetter) == true
        default: return false
        }
    }

    // MARK: - Operators

    private static let compound: Set<String> = [
        "+=", "-=", "*=", "/=", "//=", "%=", "^=", "..=", "&=", "|=", "<<=", ">>=", "||=", "&&=",
    ]
    private static let doubled = ["&&": "and", "||": "or"]

    var operators: Found? {
        // The token that Lua did not expect is the first or the second of such a pair.
        for offset in [0, -1] {
            let pair = pair(offset)
            if Self.compound.contains(pair) {
                let target = assigned(before: index + offset)
                return found("write \(target) = \(target) \(pair.dropLast()) …", from: offset, to: offset + 1)
            }
            if let word = Self.doubled[pair] { return found("write \(word)", from: offset, to: offset + 1) }
            if pair == "++" {
                let target = assigned(before: index + offset)
                return found("write \(target) = \(target) + 1", from: offset, to: offset + 1)
            }
            switch pair {
            case "===": return found("write ==", from: offset, to: offset + 1)
            case "<>": return found("write ~= for 'is not equal'", from: offset, to: offset + 1)
            case "=>": return found("functions are written function(x) … end", from: offset, to: offset + 1)
            case "/*": return found("comments begin with --, long ones stand in --[[ ]]", from: offset, to: offset + 1)
            default: break
            }
        }
        return equals
    }

    /// `=` where a value is expected.
    private var equals: Found? {
        guard word() == "=" else { return nil }
        let wantsValue = ["'then' expected", "'do' expected", "<eof> expected"].contains { message.hasPrefix($0) }
        if wantsValue || comesAfterReturn {
            return found("= sets a variable; write == to compare")
        }
        if message.hasPrefix("')' expected") {
            return found("write == to compare; arguments with names are a table: f { \(word(-1)) = … }")
        }
        return nil
    }

    private var comesAfterReturn: Bool {
        // Only on the same line, since another line would begin a new statement.
        let line = text[..<tokens[index].range.lowerBound].lastIndex(of: UInt8(ascii: "\n")) ?? -1
        return tokens[..<index].last { ["return", "until"].contains(String(decoding: text[$0.range], as: UTF8.self)) }
            .map { $0.range.lowerBound > line } == true
    }

    /// The variable or field before an operator: `x`, `t.x`; "x" when it is something longer.
    private func assigned(before place: Int) -> String {
        guard tokens.indices.contains(place - 1), tokens[place - 1].kind == .name else { return "x" }
        var start = place - 1
        while start >= 2, word(at: start - 1) == ".", tokens[start - 2].kind == .name { start -= 2 }
        if start > 0, [".", ":"].contains(word(at: start - 1)) { return "x" }
        return String(
            decoding: text[tokens[start].range.lowerBound..<tokens[place - 1].range.upperBound], as: UTF8.self)
    }

    // MARK: - Words

    private static let otherWords = [
        "let": "local", "var": "local", "const": "local", "def": "function", "func": "function", "fn": "function",
        "fun": "function", "elif": "elseif", "elsif": "elseif", "elseIf": "elseif", "foreach": "for",
        "unless": "if not",
    ]

    var words: Found? {
        if let meant = Self.otherWords[word(-1)], kind(-1) == .name {
            return found("write \(meant) in place of \(word(-1))", from: -1, to: -1)
        }
        if message.hasPrefix("unfinished string") {
            return found(
                "close the text in the same line with the mark that it began with; \\ or [[ ]] takes more lines")
        }
        if message.hasPrefix("invalid escape sequence") {
            return found("write \\\\ for a backslash; patterns have % in its place, as in \"%d\"")
        }
        if message.hasPrefix("malformed number"), word(1) == ".." {
            return word(-1) == "in"
                ? found("a loop over numbers is for i = 1, 3 do … end", to: 2)
                : found("write spaces around .. between numbers", to: 2)
        }
        if message.hasPrefix("malformed number"), let first = word().utf8.first, LuaLexer.isDigit(first),
            word().utf8.contains(where: { !LuaLexer.isDigit($0) && $0 != UInt8(ascii: ".") })
        {
            return found("names do not begin with a digit")
        }
        guard isOnOneLine(-1) else { return nil }
        switch (kind(-1), kind()) {
        case (.string?, .string?), (.number?, .string?), (.string?, .name?), (.string?, .number?):
            return found("write .. between texts to join them", from: -1)
        case (.name?, .name?), (.name?, .number?):
            guard message.hasPrefix("syntax error") else { return nil }
            return found("a call needs parentheses: \(word(-1))(\(word()))", from: -1)
        default: return nil
        }
    }

    /// Whether a token and the next one stand in one line.
    private func isOnOneLine(_ offset: Int) -> Bool {
        guard tokens.indices.contains(index + offset), tokens.indices.contains(index + offset + 1) else { return false }
        let between = tokens[index + offset].range.upperBound..<tokens[index + offset + 1].range.lowerBound
        return !text[between].contains(UInt8(ascii: "\n"))
    }

    // MARK: - Signs

    var signs: Found? {
        // After a colon Lua expects the name of a method.
        if word(-1) == ":", message.hasPrefix("<name> expected") {
            return found("write = between a key and its value", from: -1, to: -1)
        }
        switch word() {
        case "{" where message.hasPrefix("'then' expected"): return found("write then … end in place of { … }")
        case "{" where message.hasPrefix("'do' expected"): return found("write do … end in place of { … }")
        case "{" where word(-1) == ")" || word(-1) == "else": return found("blocks have no braces, and end with end")
        case ":" where message.hasPrefix("'then' expected"): return found("write then in place of the colon")
        case ":" where message.hasPrefix("'do' expected"): return found("write do in place of the colon")
        case ":" where message.hasPrefix("'}' expected"): return found("write = between a key and its value")
        case ":" where word(-1) == "else": return found("no colon after else")
        case "//" where message.hasPrefix("unexpected symbol"): return found("comments begin with --")
        case "#" where message.hasPrefix("unexpected symbol"): return found("comments begin with --")
        case ")" where word(-1) == ",": return found("no comma before )", from: -1)
        case "end" where message.hasPrefix("<eof> expected"): return found("one end more than there are blocks")
        default: return nil
        }
    }

    // MARK: - Blocks

    /// `else if`, which needs one more `end` than the user has written.
    var blocks: Found? {
        guard message.hasPrefix("'end' expected") else { return nil }
        for place in tokens.indices.dropLast().reversed() where place < index {
            let isElseIf = word(at: place) == "else" && word(at: place + 1) == "if"
            let between = tokens[place].range.upperBound..<tokens[place + 1].range.lowerBound
            guard isElseIf, !text[between].contains(UInt8(ascii: "\n")) else { continue }
            return ("'else if' begins another if, which needs an end of its own: write elseif", place...place + 1)
        }
        return nil
    }
}
