// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals

@testable import MoondialConsole

/// Gives keys to an editor with a painter and a terminal, and to the models of its buffer and screen.
struct KeyPlayer {
    private static let prompt = Prompt("sim> ")

    private var editor: Editor
    private var painter = ScreenPainter()
    private var model = BufferModel(history: KeySequence.history)
    private(set) var terminal: TerminalEmulator
    /// The rows that must be above the block; nil when the window has changed since.
    private var above: [String]? = []
    /// Whether the window has changed with a character in it whose width is not known.
    private var isLost = false
    /// The bytes written since the last `takeWrite()`, for another emulator.
    private var written: [UInt8] = []

    init(width: Int, height: Int) {
        var options = Editor.Options()
        options.theme = .coloured
        editor = Editor(
            options: options,
            sources: EditorSources(
                completeness: LuaBlockCompleteness(), names: KnownNames(), hints: KnownHints(),
                completions: WordCompletions(
                    candidates: ["verify", "abc", "abd", "b号"].map { .init($0, summary: "what \($0) does 号") })),
            history: History(KeySequence.history))
        terminal = TerminalEmulator(width: width, height: height)
        _ = editor.begin(Self.prompt)
        paint()
    }

    /// - Returns: The first difference after the step; nil if there is none.
    mutating func play(_ step: KeySequence.Step) -> String? {
        switch step {
        case .key(let key): return press(key)
        case .draw:
            paint()
            return screenDifference()
        case .print:
            write(painter.print(above: Array("printed\nabove".utf8), then: render()))
            above? += ["printed", "above"]
            return screenDifference()
        case .resize(let width, let height):
            terminal.resize(width: width, height: height)
            write(painter.resize(width: width, height: terminal.height, cursor: terminal.cursor))
            above = nil
            isLost = isLost || isDoubtful
            paint()
            return screenDifference()
        }
    }

    /// The bytes written since the last call, and the expected screen.
    mutating func takeWrite() -> PyteTerminal.Session.Write {
        defer { written = [] }
        let text = Data(written).base64EncodedString()
        return PyteTerminal.Session.Write(
            bytes: text, rows: expectedRows, row: terminal.row, column: terminal.column)
    }

    private mutating func press(_ key: String) -> String? {
        var isPredicted = isPlain
        if isPredicted { isPredicted = model.press(key) }
        var outcomes: [Editor.Outcome] = []
        for chunk in KeyNotation.bytes(key) {
            outcomes += chunk.map { editor.feed($0) } ?? editor.timeout()
            for outcome in outcomes.splice() {
                if let difference = follow(outcome, isPredicted: &isPredicted) { return difference }
            }
        }
        let (found, cursor) = (editor.buffer.text, editor.buffer.cursor)
        guard isPredicted else {
            model.adopt(found, cursor: cursor)
            return nil
        }
        guard found.utf8.elementsEqual(model.text.utf8), cursor == model.before.utf8.count else {
            return
                "the text is \(Self.marked(found, cursor)), of the model \(Self.marked(model.text, model.before.utf8.count))"
        }
        return nil
    }

    private mutating func follow(_ outcome: Editor.Outcome, isPredicted: inout Bool) -> String? {
        switch outcome {
        case .clearScreen:
            write(painter.clear(render()))
            above = terminal.scrollback.map(Self.text)
        case .submit, .interrupt, .end:
            if case .submit(let text) = outcome {
                if isPlain || isPredicted, !text.utf8.elementsEqual(model.text.utf8) {
                    return "\(text.debugDescription) was submitted, of the model \(model.text.debugDescription)"
                }
                _ = editor.history.add(text)
            }
            model.adopt(editor.buffer.text, cursor: editor.buffer.cursor)
            let rows = ScreenModel(
                model.state, prompt: "sim> ", continuation: "   > ", width: terminal.width,
                end: outcome == .interrupt ? "^C" : ""
            ).rows
            if isDoubtful { above = nil }
            isLost = false
            above? += rows.map(\.trimmed)
            write(painter.finish(render(), windowHeight: terminal.height))
            _ = editor.begin(Self.prompt)
            paint()
            model.begin(after: { if case .submit(let text) = outcome { text } else { nil } }())
            isPredicted = true
        default: break
        }
        return nil
    }

    /// Whether the next key is handled without regard to keys before it.
    private var isPlain: Bool {
        if case .editing = editor.mode { editor.argument == nil } else { false }
    }

    private var isDoubtful: Bool { model.state.characters.contains(where: ScreenModel.isDoubtful) }

    private mutating func render() -> Screen { editor.render(width: terminal.width, height: terminal.height) }

    private mutating func paint() { write(painter.paint(render())) }

    private mutating func write(_ bytes: [UInt8]) {
        terminal.write(bytes)
        written += bytes
    }

    private static func text(_ cells: [Screen.Cell]) -> String {
        String(cells.filter { $0.width > 0 }.map(\.character)).trimmed
    }

    private static func marked(_ text: String, _ cursor: Int) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: bytes[..<cursor] + Array("|".utf8) + bytes[cursor...], as: UTF8.self).debugDescription
    }

    // MARK: - The screen

    /// The rows that the window must show from its top, nil where anything may be; nil when a menu or search is open, whose
    /// rows the model does not know, or when the widths of characters are not known.
    var expectedRows: [String?]? {
        guard isPlain, !isLost, !isDoubtful else { return nil }
        let block = ScreenModel(model.state, prompt: "sim> ", continuation: "   > ", width: terminal.width)
        let top = terminal.row - block.cursor.row
        return (0..<terminal.height).map { index in
            let row = index - top
            if row < 0 { return nil }
            guard block.rows.indices.contains(row) else { return "" }
            // A suggestion may follow the text.
            return row == block.rows.count - 1 && model.isAtEnd ? nil : block.rows[row].trimmed
        }
    }

    private func screenDifference() -> String? {
        if terminal.unknown != [] { return "unknown sequences \(terminal.unknown)" }
        guard let expected = expectedRows else { return nil }
        let block = ScreenModel(model.state, prompt: "sim> ", continuation: "   > ", width: terminal.width)
        let found = terminal.grid.map(Self.text)
        let top = terminal.row - block.cursor.row
        let shown = "the window \(found), of the model \(block.rows) with the cursor at \(block.cursor)"
        for (index, row) in expected.enumerated() where row != nil && row != found[index] {
            return "row \(index) is wrong: \(shown)"
        }
        if terminal.column != block.cursor.column { return "the cursor is in column \(terminal.column): \(shown)" }
        let fits = block.rows.count <= terminal.height
        if fits ? top < 0 || top + block.rows.count > terminal.height : top > 0 {
            return "not all that fits is shown: \(shown)"
        }
        if model.isAtEnd, !found[terminal.row].hasPrefix((block.rows.last ?? "").trimmed) {
            return "the last row is wrong: \(shown)"
        }
        let before = terminal.scrollback.map(Self.text) + found.prefix(max(0, top))
        guard let above, before != above else { return nil }
        return "above the block is \(before), of the model \(above)"
    }
}

extension Array {
    /// Removes and returns all elements.
    fileprivate mutating func splice() -> [Element] {
        defer { self = [] }
        return self
    }
}
