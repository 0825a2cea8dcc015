// SPDX-License-Identifier: MIT

import MoondialLua

/// The blocks and commands of a session, with their lines and outcomes.
struct SessionJournal {
    struct Entry {
        /// From 1, in the order in which the blocks and commands were entered.
        let number: Int
        let text: String
        /// The number of its first line in the session.
        let firstLine: Int
        /// When it was entered, in milliseconds since 1970.
        let time: Int64
        /// `failed` until the block has ended.
        var outcome = BlockOutcome.failed
        /// The number of values of the block.
        var valueCount = 0
        /// The error message of a block that failed.
        var failure: String?

        /// The command of the entry, with its colon, even if the user typed another form.
        var command: String?

        var isCommand: Bool { command != nil }
    }

    /// All entries that are not blank, the oldest first.
    private(set) var entries: [Entry] = []
    /// The number of the line that comes next.
    private(set) var nextLine = 1
    /// Blocks whose locals have not been looked for.
    private var unread: [String] = []
    /// Names that were local to a block that has ended.
    private var lostLocals: Set<String> = []

    /// A block or command is about to run. Blank lines are only counted.
    mutating func begin(_ text: String, time: Int64) {
        if !text.trimmingSpaces.isEmpty {
            let entry = Entry(number: entries.count + 1, text: text, firstLine: nextLine, time: time)
            entries.append(entry)
            if ReplSession.isCommand(text) { markCommand(text) }
        }
        nextLine += text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// The last entry is a command, which counts as done unless it fails later.
    mutating func markCommand(_ command: String) {
        guard let last = entries.indices.last else { return }
        entries[last].command = command
        entries[last].outcome = .done
    }

    /// The last entry has ended.
    mutating func end(_ outcome: BlockOutcome, valueCount: Int = 0, failure: String? = nil) {
        guard let last = entries.indices.last else { return }
        entries[last].outcome = outcome
        entries[last].valueCount = valueCount
        entries[last].failure = failure
        if outcome == .done, !entries[last].isCommand { unread.append(entries[last].text) }
    }

    /// The blocks of Lua that have run to their end.
    var blocks: [Entry] { entries.filter { $0.outcome == .done && !$0.isCommand } }

    /// The block that contains a line.
    func block(at line: Int) -> String? {
        entries.last { $0.firstLine <= line && $0.outcome == .done && !$0.isCommand }?.text
    }

    /// Whether a name was local to an earlier block.
    mutating func hasLost(_ name: String) -> Bool {
        for text in unread { lostLocals.formUnion(BlockLocals.names(in: text)) }
        unread = []
        return lostLocals.contains(name)
    }
}

/// The outcome of a block or command.
package enum BlockOutcome: String, Sendable, Hashable {
    case done = "ok"
    case failed = "error"
    case interrupted = "stopped"
}

/// The names that a block declares as local outside of any function or inner block.
enum BlockLocals {
    static func names(in text: String) -> Set<String> {
        var names: Set<String> = []
        var depth = 0
        let lua = LuaText(Array(text.utf8))
        for index in lua.tokens.indices {
            switch lua.keyword(index) {
            case .function, .do, .if, .repeat: depth += 1
            case .end, .until: depth -= 1
            default: break
            }
            if lua.keyword(index) == .local, depth == 0 { names.formUnion(declared(after: index, in: lua)) }
        }
        return names
    }

    private static func declared(after local: Int, in lua: LuaText) -> Set<String> {
        var names: Set<String> = []
        var next = lua.keyword(local + 1) == .function ? local + 2 : local + 1
        while lua.isName(next) {
            names.insert(lua.text(lua.tokens[next]))
            // An attribute, <const> or <close>.
            next += lua.isSign(next + 1, "<") ? 4 : 1
            guard lua.isSign(next, ",") else { break }
            next += 1
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
