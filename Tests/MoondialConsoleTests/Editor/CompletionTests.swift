// SPDX-License-Identifier: MIT

import MoondialPresentation
import Testing

@testable import MoondialConsole

struct CompletionTests {
    private static let candidates: [Completions.Candidate] = [
        .init("verify", summary: "runs the rules for one request"), .init("version", summary: "of moondial"),
        .init("print"),
        .init("pairs", label: "pairs(t)", summary: "iterates"), .init("pcall"), .init("号码", summary: "a number"),
        .init("号", summary: "a sign"),
    ]

    @Test(arguments: [
        ("veri<Tab>", "verify|"), ("v<Tab>", "ver|"), ("x = v<Tab>", "x = ver|"), ("v<Tab><Tab>", "ver|"),
        ("zz<Tab>", "zz|"),
        ("v<Tab><Tab><Tab><Enter>", "verify|"), ("v<Tab><Tab><Tab><Tab><Enter>", "version|"),
        ("v<Tab><Tab><Down><Enter>", "verify|"), ("v<Tab><Tab><Up><Enter>", "version|"),
        ("v<Tab><S-Tab><Enter>", "version|"),
        ("v<Tab><Tab><Down><Down><Down><Enter>", "verify|"), ("v<Tab><Tab><Down><Esc>", "ver|"),
        ("v<Tab><Tab><Down><Right>", "verify|"),
        ("v<Tab><Tab>s<Tab><Enter>", "version|"), ("v<Tab><Tab><Down>s<Enter>", "version|"),
        ("p<Tab>a<Down><Enter>", "pairs|"),
        ("v<Tab><Tab><BS><Down><Enter>", "verify|"), ("v<Tab><Tab><Down>x", "verx|"), ("v<Tab><Tab>(", "ver(|"),
        ("v<Tab><Tab><Left>", "ve|r"), ("v<Tab><Tab><C-c>a", "a|"), ("veri<Tab><C-_>", "veri|"),
        ("f(veri<Tab>)", "f(verify)|"),
        ("verx<Left><Tab>", "ver|x"), ("号<Tab><Tab><Enter>", "号码|"), ("(<Enter><Tab>", "(\n    |"),
        ("<Tab><Down><Enter>", "verify|"),
        ("v<Tab><Tab><C-n><C-n><C-p><Enter>", "verify|"), ("v<Tab><Tab><Paste:x>", "verx|"),
    ])
    func keysCompleteTheWord(keys: String, state: String) {
        var editor = TestEditor(completions: Self.candidates)
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test func menuStandsBelowTheBlock() {
        var editor = TestEditor(completions: Self.candidates)
        editor.press("ver<Tab>")
        #expect(editor.lines() == ["sim> ver|", " verify   runs the rules for one request", " version  of moondial"])
        #expect(editor.lines(width: 20) == ["sim> ver|", " verify   runs the …", " version  of moondi…"])
        #expect(editor.lines(width: 5) == ["sim>", "ver|", " ver", " ver"])
        #expect(editor.lines(width: 40, height: 2) == ["sim> ver|", " verify   runs the rules for one … 1-1/2"])
        #expect(editor.lines(width: 40, height: 1) == ["sim> ver|"])
    }

    @Test func menuScrollsWithTheSelection() throws {
        var editor = TestEditor(completions: (0..<20).map { .init("name\($0)") })
        editor.press("n<Tab><Tab>")
        #expect(
            editor.lines(height: 8) == [
                "sim> name|", " name0", " name1", " name2", " name3                            1-4/20",
            ])
        editor.press("<Down><Down><Down><Down><Down>")
        let scrolled = editor.lines(height: 8)
        try #require(scrolled.count > 1)
        #expect(scrolled[1].hasPrefix(" name1"))
        editor.press("<Enter>")
        #expect(editor.lines(height: 8) == ["sim> name4|"])
    }

    @Test func selectionIsMarked() throws {
        var editor = TestEditor(completions: Self.candidates)
        editor.press("ver<Tab><Down>")
        let screen = editor.screen()
        try #require(screen.rows.count > 2 && screen.rows[1...2].allSatisfy { $0.cells.count > 1 })
        #expect(screen.rows[1].cells[1].style == Theme.plain.menuSelection)
        #expect(screen.rows[2].cells[1].style == .plain)
    }

    @Test func completionsWithAWrongRangeAreRefused() {
        struct Wrong: CompletionSource {
            let range: Range<Int>
            func completions(for text: String, at cursor: Int) -> Completions {
                Completions(range: range, candidates: [.init("x")])
            }
        }
        for range in [0..<9, 2..<3, 0..<1] {
            var editor = TestEditor()
            editor.editor.sources.completions = Wrong(range: range)
            #expect(editor.press("ab<Left><Left><Right><Right><Tab>").last == .bell)
        }
    }
}
