// SPDX-License-Identifier: MIT

import Generators
import Testing

@testable import MoondialConsole

/// Every change can be undone step by step, and redone.
struct UndoPropertyTests {
    private static let keys = [
        "a", "b", " ", "号", "👍🏽", "e\u{301}", "<Left>", "<Right>", "<BS>", "<Del>", "<C-k>", "<C-u>", "<C-w>", "<M-d>",
        "<C-y>",
        "<M-y>", "<C-t>", "<M-t>", "<M-u>", "<M-c>", "<M-Enter>", "<Up>", "<Down>", "<Paste:x\\ny>", "<Home>", "(",
        "end", "}",
        "<PageUp>", "<PageDown>", "<C-r>a<Esc>", "<M-3>", "<M-->", "<M-.>",
    ]

    @Test(arguments: 0..<40)
    func undoAndRedoGoThroughTheSameTexts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var editor = TestEditor(history: ["one two", "if a then\n  b\nend"])
        for _ in 0..<60 { editor.press(Self.keys.randomElement(using: &generator) ?? "a") }
        // Cancels a number that waits for its key.
        editor.press("<C-g>")
        let final = editor.editor.buffer.text
        var texts: [String] = [final]
        while editor.press("<C-_>") != [.bell] { texts.append(editor.editor.buffer.text) }
        #expect(texts.last == "")
        for text in texts.dropLast().reversed() {
            editor.press("<M-/>")
            #expect(editor.editor.buffer.text == text)
        }
        #expect(editor.press("<M-/>") == [.bell])
    }
}
