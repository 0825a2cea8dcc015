// SPDX-License-Identifier: MIT

import MoondialLua

@testable import MoondialConsole

/// An editor with sources that know a little Lua.
struct TestEditor {
    var editor: Editor
    private(set) var outcomes: [Editor.Outcome] = []
    private let prompt: Prompt

    init(
        history: [String] = [], completions: [Completions.Candidate] = [], theme: Theme = .plain,
        prompt: Prompt = Prompt("sim> ")
    ) {
        var options = Editor.Options()
        options.theme = theme
        self.prompt = prompt
        editor = Editor(
            options: options,
            sources: EditorSources(
                completeness: LuaBlockCompleteness(), names: KnownNames(), hints: KnownHints(),
                completions: WordCompletions(candidates: completions)),
            history: History(history))
        _ = editor.begin(prompt)
    }

    /// Presses the keys, and begins a new block after each finished one.
    @discardableResult
    mutating func press(_ keys: String) -> [Editor.Outcome] {
        outcomes = []
        for chunk in KeyNotation.bytes(keys) {
            outcomes += chunk.map { editor.feed($0) } ?? editor.timeout()
            while editor.isFinished || editor.hasTypedAhead {
                if case .submit(let text)? = outcomes.last { _ = editor.history.add(text) }
                outcomes += editor.isFinished ? editor.begin(prompt) : editor.feed([])
            }
        }
        return outcomes
    }

    /// The text with a bar where the cursor is.
    var state: String {
        let bytes = editor.buffer.bytes
        let cursor = editor.buffer.cursor
        return String(decoding: bytes[..<cursor], as: UTF8.self) + "|"
            + String(decoding: bytes[cursor...], as: UTF8.self)
    }

    /// What was submitted by the last keys.
    var submitted: [String] {
        outcomes.compactMap { if case .submit(let text) = $0 { text } else { nil } }
    }

    mutating func screen(width: Int = 40, height: Int = 10, gone: Int = 0) -> Screen {
        editor.render(width: width, height: height, gone: gone)
    }

    /// The rows without blanks at their end, with a bar where the cursor is.
    mutating func lines(width: Int = 40, height: Int = 10) -> [String] {
        screen(width: width, height: height).marked.map(\.trimmed)
    }
}

extension Screen {
    /// The rows, with a bar where the cursor is.
    var marked: [String] {
        rows.indices.map { index in
            var line = ""
            for (column, cell) in rows[index].cells.enumerated() {
                if cursor == Position(row: index, column: column) { line += "|" }
                if cell.width > 0 { line.append(cell.character) }
            }
            guard cursor.row == index, cursor.column >= rows[index].cells.count else { return line }
            return line + String(repeating: " ", count: cursor.column - rows[index].cells.count) + "|"
        }
    }
}

extension String {
    /// Without blanks at the end.
    var trimmed: String { String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]) }
}

/// A block is incomplete while something that it opens is not closed.
struct LuaBlockCompleteness: CompletenessSource {
    func isIncomplete(_ text: String) -> Bool {
        let lua = LuaText(Array(text.utf8))
        return !LuaBlocks(lua).open.isEmpty || lua.tokens.last.map { $0.kind == .unclosed && $0.opening > 1 } == true
    }
}

struct KnownNames: NameSource {
    func isKnown(_ path: String) -> Bool { ["verify", "moondial", "moondial.attempt", "rule"].contains(path) }
}

struct KnownHints: HintSource {
    func parameters(of function: String) -> [String]? {
        switch function {
        case "verify": ["phone", "token", "exid", "[options]"]
        case "moondial.attempt": ["endpoint", "phone", "token", "exid"]
        default: nil
        }
    }
}

/// Completes the word before the cursor.
struct WordCompletions: CompletionSource {
    let candidates: [Completions.Candidate]

    func completions(for text: String, at cursor: Int) -> Completions {
        let bytes = Array(text.utf8)
        let start =
            bytes[..<cursor].lastIndex { $0 < 0x80 && !LuaLexer.isWord($0) && $0 != UInt8(ascii: ".") }.map { $0 + 1 }
            ?? 0
        let word = String(decoding: bytes[start..<cursor], as: UTF8.self)
        return Completions(range: start..<cursor, candidates: candidates.filter { $0.text.hasPrefix(word) })
    }
}
