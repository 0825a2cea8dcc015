// SPDX-License-Identifier: MIT

import MoondialRules

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

    /// Names the cause when a name is missed that was local to an earlier block.
    func withHint(_ diagnostic: Diagnostic) -> Diagnostic {
        guard let name = diagnostic.subject, lostLocals.contains(name),
            diagnostic.message.contains("undefined global '\(name)'")
        else { return diagnostic }
        var diagnostic = diagnostic
        diagnostic.fix = "locals end with the line; write \(name) = … without local"
        return diagnostic
    }

    /// A script that does the same again.
    func script(redacted: (String) -> String) -> String {
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
        let pieces = LuaScanner.pieces(of: text)
        for (index, piece) in pieces.enumerated() where piece.kind == .keyword {
            switch piece.text {
            case "function", "do", "if", "repeat": depth += 1
            case "end", "until": depth -= 1
            case "local" where depth == 0:
                var rest = pieces[(index + 1)...]
                if rest.first?.text == "function" { rest = rest.dropFirst() }
                while let name = rest.first, name.kind == .name {
                    names.insert(name.text)
                    rest = rest.dropFirst()
                    // An attribute, <const> or <close>.
                    if rest.first?.isSign("<") == true { rest = rest.dropFirst(3) }
                    guard rest.first?.isSign(",") == true else { break }
                    rest = rest.dropFirst()
                }
            default: break
            }
        }
        return names
    }
}

extension String {
    var trimmingSpaces: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
