// SPDX-License-Identifier: MIT

import Generators
import PseudoTerminals
import Testing

@testable import MoondialConsole

/// A terminal that receives the painter's bytes shows the rendered screen.
struct PainterTests {
    private static let keys = [
        "a", "b", " ", "(", ")", "\"", "号", "码", "👨‍👩‍👧", "🇨🇳", "e\u{301}", "❤️", "\u{202E}", "<C-v><Tab>", "if x then ",
        "end",
        "verify(", "<Left>", "<Right>", "<Up>", "<Down>", "<Home>", "<End>", "<BS>", "<Del>", "<C-k>", "<C-u>", "<C-w>",
        "<C-y>",
        "<M-y>", "<C-t>", "<M-u>", "<C-_>", "<M-/>", "<M-Enter>", "<M-Enter>", "<Enter>", "<Tab>", "<Tab>", "<S-Tab>",
        "<Esc>",
        "<C-r>", "<C-s>", "<C-g>", "<PageUp>", "<PageDown>", "<C-Home>", "<C-End>", "<Paste:one\\ntwo 号码\\nthree>",
        "<C-l>",
        "0123456789", "<C-c>",
    ]

    @Test(arguments: 0..<60)
    func randomKeysGiveTheSameGrid(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var width = Int.random(in: 7...40, using: &generator)
        var height = Int.random(in: 3...9, using: &generator)
        var editor = TestEditor(
            history: ["verify(1)", "if a then\n  b()\nend", "号码 = \"号码\"", "a = (b)"],
            completions: ["verify", "abc", "abd", "abe", "b号"].map { .init($0, summary: "what \($0) does 号") },
            theme: .coloured)
        var terminal = TerminalEmulator(width: width, height: height)
        var painter = ScreenPainter()
        var pressed: [String] = []
        for step in 0..<120 {
            let key = Self.keys.randomElement(using: &generator) ?? ""
            pressed.append(key)
            let outcomes = editor.press(key)
            let screen = editor.screen(width: width, height: height)
            if outcomes.contains(.clearScreen) {
                terminal.write(painter.clear(screen))
            } else if step % 23 == 22 {
                terminal.write(painter.print(above: Array("printed\nabove".utf8), then: screen))
            } else if step % 41 == 40 {
                width = Int.random(in: 7...40, using: &generator)
                height = Int.random(in: 3...9, using: &generator)
                terminal = TerminalEmulator(width: width, height: height)
                painter = ScreenPainter()
                terminal.write(painter.paint(editor.screen(width: width, height: height)))
            } else {
                terminal.write(painter.paint(screen))
            }
            guard expectSame(terminal, editor.screen(width: width, height: height), after: pressed) else { return }
        }
    }

    private func expectSame(_ terminal: TerminalEmulator, _ screen: Screen, after keys: [String]) -> Bool {
        let first = terminal.row - screen.cursor.row
        guard first >= 0, screen.height <= terminal.height - first else {
            Issue.record("rows do not fit after \(keys.joined())")
            return false
        }
        let expected = screen.rows.map { TerminalEmulator.trimmed($0.cells) }
        let found = terminal.rows(from: first, count: screen.height)
        let below = terminal.rows(from: first + screen.height, count: terminal.height)
        let isSame = expected == found && below.allSatisfy(\.isEmpty) && terminal.column == screen.cursor.column
        #expect(
            isSame && terminal.unknown.isEmpty,
            "\(terminal.lines) for \(screen.lines) after \(keys.joined()) \(terminal.unknown)")
        return isSame && terminal.unknown.isEmpty
    }

    @Test func typedLetterIsPaintedAsOneByte() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        editor.press("verif")
        _ = painter.paint(editor.screen())
        editor.press("y")
        #expect(painter.paint(editor.screen()) == Array("y".utf8))
        #expect(painter.paint(editor.screen()) == [])
        editor.press("<Left>")
        #expect(painter.paint(editor.screen()) == Array("\u{1B}[11G".utf8))
    }

    @Test func characterOfDoubtfulWidthIsFollowedByACursorMove() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        _ = painter.paint(editor.screen())
        editor.press("👨‍👩‍👧x")
        #expect(painter.paint(editor.screen()) == Array("\u{1B}[K👨‍👩‍👧\u{1B}[8Gx".utf8))
    }

    @Test func finishingLeavesTheCursorBelow() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: 20, height: 4)
        editor.press("(<Enter>abc<Up>")
        terminal.write(painter.paint(editor.screen(width: 20, height: 4)))
        terminal.write(painter.finish(editor.screen(width: 20, height: 4), windowHeight: 4))
        #expect(terminal.lines == ["sim> (", "   >   abc"])
        #expect(terminal.row == 2 && terminal.column == 0)
    }

    @Test func finishedTallBlockIsPrintedAsAWhole() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: 20, height: 4)
        editor.press("<Paste:a\\nb\\nc\\nd\\ne\\nf>")
        terminal.write(painter.paint(editor.screen(width: 20, height: 4)))
        #expect(terminal.lines == ["   > c", "   > d", "   > e", "   > f"])
        _ = editor.editor.feed([0x0D])
        terminal.write(painter.finish(editor.screen(width: 20, height: 4), windowHeight: 4))
        #expect(terminal.transcript == ["sim> a", "   > b", "   > c", "   > d", "   > e", "   > f"])
    }

    @Test(arguments: 0..<40)
    func resizingLeavesNoCopiesOfTheBlock(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var editor = TestEditor()
        var painter = ScreenPainter()
        var width = 40
        var terminal = TerminalEmulator(width: width, height: 20)
        terminal.keepsLengths = seed.isMultiple(of: 2)
        terminal.write(Array((1...12).map { "before \($0)\r\n" }.joined().utf8))
        terminal.write(painter.paint(editor.screen(width: width, height: 20)))
        for character in "x = \"0123456789 号码号码 abcdefghij 0123456789\" .. f(1, 2, 3) .. \"the end of it\" " {
            editor.press(String(character))
            terminal.write(painter.paint(editor.screen(width: width, height: 20)))
        }
        editor.press(["", "<Home>", "<Left><Left><Left>", "<M-Enter>y = 1"].randomElement(using: &generator) ?? "")
        terminal.write(painter.paint(editor.screen(width: width, height: 20)))
        for _ in 0..<12 {
            width = Int.random(in: 12...60, using: &generator)
            terminal.resize(width: width, height: 20)
            terminal.write(painter.resize(width: width, height: terminal.height, cursor: terminal.cursor))
            terminal.write(painter.paint(editor.screen(width: width, height: 20)))
            if Bool.random(using: &generator) {
                editor.press("z<BS>")
                terminal.write(painter.paint(editor.screen(width: width, height: 20)))
            }
            let screen = editor.screen(width: width, height: 20)
            let expected = (1...12).map { "before \($0)" } + screen.lines.map(\.trimmed).filter { !$0.isEmpty }
            #expect(terminal.transcript == expected && terminal.column == screen.cursor.column, "\(width)")
        }
    }

    /// Rows that a smaller window has scrolled away are not printed once more.
    @Test(arguments: 0..<120)
    func blockThatBecomesTallerThanTheWindowLeavesNoCopies(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (width, height) = (40, 14)
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: width, height: height)
        terminal.keepsLengths = seed.isMultiple(of: 2)
        func screen() -> Screen {
            editor.screen(
                width: width, height: max(1, height - painter.reservedRows), gone: painter.goneRows)
        }
        let before = (1...12).map { "before \($0)" }
        terminal.write(Array(before.map { $0 + "\r\n" }.joined().utf8))
        terminal.write(painter.paint(screen()))
        for line in 1...Int.random(in: 2...6, using: &generator) {
            let pieces = (0..<generator.below(30)).map { _ in generator.pick(["ab", "c d", "号", "码", "🙂"]) }
            let text = "f(\(line), \"\(pieces.joined())\")"
            editor.press(line == 1 ? text : "<M-Enter>\(text)")
            terminal.write(painter.paint(screen()))
        }
        var sizes: [String] = []
        for _ in 1...8 {
            // Avoids widths at which the cursor is below a full row: it then has a row that other widths do not need.
            repeat {
                width = generator.chance(70) ? Int.random(in: 12...40, using: &generator) : width
            } while editor.screen(width: width, height: 99).rows.last?.cells.isEmpty == true
            if generator.chance(70) { height = Int.random(in: 3...14, using: &generator) }
            sizes.append("\(width)×\(height)")
            terminal.resize(width: width, height: height)
            terminal.write(painter.resize(width: width, height: height, cursor: terminal.cursor))
            terminal.write(painter.paint(screen()))
            editor.press("z")
            terminal.write(painter.paint(screen()))
            editor.press("<BS>")
            terminal.write(painter.paint(screen()))
        }
        let prompts = ["sim> "] + [String](repeating: "   > ", count: 6)
        let lines = editor.editor.buffer.text.split(separator: "\n").map(String.init)
        _ = editor.editor.feed([0x0D])
        terminal.write(painter.finish(screen(), windowHeight: height))
        // Each width breaks rows at other places, and blanks at row ends are not visible.
        let found = terminal.transcript.joined().replacing(" ", with: "")
        let expected = (before + zip(prompts, lines).map(+)).joined().replacing(" ", with: "")
        #expect(found == expected, "\(sizes)")
    }

    @Test func scrolledRowsStayInATerminalThatDoesNotReachBack() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: 20, height: 6)
        terminal.reachesBack = false
        terminal.write(Array("before\r\n".utf8))
        editor.press("<Paste:a\\nb\\nc\\nd\\ne>")
        terminal.write(painter.paint(editor.screen(width: 20, height: 6)))
        for height in [3, 8] {
            terminal.resize(width: 20, height: height)
            terminal.write(painter.resize(width: 20, height: height, cursor: terminal.cursor))
            terminal.write(painter.paint(editor.screen(width: 20, height: height)))
        }
        _ = editor.editor.feed([0x0D])
        terminal.write(painter.finish(editor.screen(width: 20, height: 8), windowHeight: 8))
        #expect(terminal.transcript == ["before", "sim> a", "   > b", "   > c", "   > d", "   > e"])
    }

    /// If a terminal does not rewrap lines, nothing above the block is erased.
    @Test func terminalThatDoesNotRewrapIsRecognizedByItsCursor() {
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: 40, height: 20)
        terminal.reflows = false
        terminal.write(Array((1...12).map { "before \($0)\r\n" }.joined().utf8))
        editor.press("x = \"0123456789 abcdefghij 0123456789 0123456789 abcdefghij\"")
        terminal.write(painter.paint(editor.screen(width: 40, height: 20)))
        for width in [31, 17, 25, 60, 19] {
            terminal.resize(width: width, height: 20)
            terminal.write(painter.resize(width: width, height: terminal.height, cursor: terminal.cursor))
            let screen = editor.screen(width: width, height: 20)
            terminal.write(painter.paint(screen))
            #expect(terminal.transcript == (1...12).map { "before \($0)" } + screen.lines.map(\.trimmed), "\(width)")
        }
    }

    @Test(arguments: [(12, 6), (40, 6), (9, 6), (20, 3), (7, 5)])
    func resizedWindowIsRedrawn(width: Int, height: Int) {
        var editor = TestEditor()
        var painter = ScreenPainter()
        var terminal = TerminalEmulator(width: 20, height: 6)
        terminal.write(Array("before\r\n".utf8))
        editor.press("f(1, 2, 3, 4,<Enter>5)")
        terminal.write(painter.paint(editor.screen(width: 20, height: 6)))
        terminal.resize(width: width, height: height)
        terminal.write(painter.resize(width: width, height: height))
        let screen = editor.screen(width: width, height: height)
        terminal.write(painter.paint(screen))
        let shown = terminal.transcript.map(\.trimmed)
        // An empty row for the cursor at the end cannot be seen.
        let expected = screen.rows.last?.cells.isEmpty == true ? screen.lines.dropLast() : screen.lines[...]
        #expect(shown.suffix(expected.count).elementsEqual(expected.map(\.trimmed)))
        #expect(shown.filter { $0 == "before" }.count == 1 || height < 6)
    }
}
