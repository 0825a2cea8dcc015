// SPDX-License-Identifier: MIT

import MoondialLua

/// What was typed, line by line.
struct SessionJournal {
    struct Entry {
        let text: String
        /// A value, and no statement.
        let isExpression: Bool
        let firstLine: Int
    }

    /// The blocks that have run to their end.
    private(set) var entries: [Entry] = []
    /// The number of the line that comes next.
    private(set) var nextLine = 1
    /// Names that were local to a block that has ended.
    private var lostLocals: Set<String> = []

    mutating func add(_ text: String, isExpression: Bool, locals: Set<String>) {
        entries.append(Entry(text: text, isExpression: isExpression, firstLine: nextLine))
        skip(text, locals: locals)
    }

    /// A block that is not kept.
    mutating func skip(_ text: String, locals: Set<String> = []) {
        nextLine += text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        lostLocals.formUnion(locals)
    }

    /// The block in which a line stands.
    func block(at line: Int) -> String? {
        entries.last { $0.firstLine <= line }?.text
    }

    /// Whether a name was local to an earlier block.
    func hasLost(_ name: String) -> Bool { lostLocals.contains(name) }

    /// A script that does the same again.
    func script(_ redacted: (String) -> String) -> String {
        var text = """
            -- Saved from a session at the prompt of moondial.
            -- Run it with: moondial run FILE. Tokens and phones were replaced: put in your own.


            """
        for entry in entries {
            // A value alone is no statement; later blocks may use it as _.
            text += (entry.isExpression ? "_ = " : "") + redacted(entry.text) + "\n"
            if entry.text.contains("\n") { text += "\n" }
        }
        return text
    }
}

/// The names that a block declares as local outside of any function or inner block.
enum LostLocals {
    static func names(in text: String) -> Set<String> {
        var names: Set<String> = []
        var depth = 0
        let lua = LuaText(Array(text.utf8))
        for index in lua.tokens.indices {
            switch lua.keyword(index) {
            case .function, .do, .if, .repeat: depth += 1
            case .end, .until: depth -= 1
            case .local where depth == 0:
                var next = lua.keyword(index + 1) == .function ? index + 2 : index + 1
                while lua.isName(next) {
                    names.insert(lua.text(lua.tokens[next]))
                    // An attribute, <const> or <close>.
                    next += lua.isSign(next + 1, "<") ? 4 : 1
                    guard lua.isSign(next, ",") else { break }
                    next += 1
                }
            default: break
            }
        }
        return names
    }
}

extension String {
    /// A short string literal without its quotes, closed or not.
    var trimmingQuotes: String {
        guard let quote = first, quote == "\"" || quote == "'" else { return self }
        let content = dropFirst()
        return String(content.last == quote ? content.dropLast() : content)
    }

    var trimmingSpaces: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
