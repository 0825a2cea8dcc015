// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

struct HistoryWalkTests {
    private static let history = ["verify(1)", "x = 1", "if a then\n  b()\nend", "verify(2)", "print(x)"]

    @Test(arguments: [
        ("<Up>", "print(x)|"), ("<Up><Up>", "verify(2)|"), ("<Up><Up><Up>", "if a then|\n  b()\nend"),
        ("<Up><Up><Up><Up>", "x = 1|"), ("<Up><Up><Up><Down>", "if a then\n  b()|\nend"),
        ("<Up><Up><Down>", "print(x)|"),
        ("<Up><Down>", "|"), ("new<Up><Down>", "new|"), ("ver<Up>", "verify(2)|"), ("ver<Up><Up>", "verify(1)|"),
        ("ver<Up><Up><Up>", "verify(1)|"), ("ver<Up><Up><Down>", "verify(2)|"), ("ver<Up><Up><Down><Down>", "ver|"),
        ("new<Home><Up>", "print(x)|"), ("new<Home><Up><Down>", "|new"), ("zzz<Up>", "zzz|"), ("<Down>", "|"),
        ("<Up>y<Up>", "print(x)y|"), ("<C-p><C-p><C-n>", "print(x)|"), ("<M-p><M-p><M-n>", "print(x)|"),
        ("<PageUp><PageUp><PageUp><PageUp>", "x = 1|"), ("verify(2)<Up>", "verify(2)|"), ("<Up><C-_>", "|"),
        ("(<Enter>a<PageUp>", "(\n  a|"), ("<Up><Up><Up><C-e><Down><Down><Down>", "verify(2)|"),
    ])
    func arrowsWalkThroughTheHistory(keys: String, state: String) {
        var editor = TestEditor(history: Self.history)
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test(arguments: [
        ("<C-r>x", "print(|x)"), ("<C-r>x<C-r>", "|x = 1"), ("<C-r>x<C-r><C-r>", "|x = 1"),
        ("<C-r>x<C-r><C-s>", "print(|x)"),
        ("<C-r>ver<Esc>", "|verify(2)"), ("<C-r>ver<C-a>!", "!|verify(2)"), ("<C-r>ver<C-g>", "|"),
        ("abc<C-r>ver<C-g>", "abc|"),
        ("abc<C-r>ver<C-c>", "abc|"), ("<C-r>verX", "|verify(2)"), ("<C-r>verX<BS><Esc>", "|verify(2)"),
        ("<C-r>x<BS>", "|"),
        ("<C-r>PRINT<Esc>", "|"), ("<C-r>b()<Esc>", "if a then\n  |b()\nend"), ("abc<C-r>ver<Esc><C-_>", "abc|"),
        ("<C-r><Esc>a", "a|"), ("<C-r><Paste:(2)\\nx><Esc>", "verify|(2)"), ("<C-r>verify(1<Left>", "|verify(1)"),
        ("<C-r>verify(<Right>", "v|erify(2)"), ("<C-s>ver<C-r><Esc>", "|verify(1)"),
        ("<C-r>then<C-e>X", "if a thenX|\n  b()\nend"),
    ])
    func searchFindsBlocksOfTheHistory(keys: String, state: String) {
        var editor = TestEditor(history: Self.history)
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test func enterRunsTheBlockThatASearchFound() {
        var editor = TestEditor(history: Self.history)
        editor.press("<C-r>ver<Enter>")
        #expect(editor.submitted == ["verify(2)"])
    }

    @Test(arguments: [
        ("pr", ["sim> pr|int(x)"]), ("pr<Right>", ["sim> print(x)|"]), ("pr<End>", ["sim> print(x)|"]),
        ("pr<C-e>", ["sim> print(x)|"]),
        ("pr<C-f>", ["sim> print(x)|"]), ("pr<M-f>", ["sim> print|(x)"]), ("pr<M-f><M-f>", ["sim> print(x|)"]),
        ("pr<Left>", ["sim> p|r"]), ("if", ["sim> if| a then…"]),
        ("if<Right>", ["sim> if a then", "   >   b()", "   > end|"]),
        ("x = 1", ["sim> x = 1|"]), (" ", ["sim>  |"]), ("pr<Right><C-_>", ["sim> pr|int(x)"]), ("prX", ["sim> prX|"]),
    ])
    func suggestionIsShownAndAccepted(keys: String, lines: [String]) {
        var editor = TestEditor(history: Self.history)
        editor.press(keys)
        #expect(editor.lines() == lines)
    }

    @Test func redactedBlockIsNotSuggested() {
        var editor = TestEditor(history: [#"verify("138****8000", "<token>", "e1")"#])
        editor.press("verify(\"1")
        #expect(editor.lines() == ["sim> verify(\"1|"])
        editor.press("<Up>")
        #expect(editor.state == #"verify("138****8000", "<token>", "e1")|"#)
    }

    @Test func blockOfThisSessionIsRecalledWithItsToken() {
        var editor = TestEditor()
        editor.press(#"verify("13800138000", "STsid0123456789abcdef", "e1")<Enter><Up>"#)
        #expect(editor.state == #"verify("13800138000", "STsid0123456789abcdef", "e1")|"#)
    }
}
