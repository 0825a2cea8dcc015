// SPDX-License-Identifier: MIT

import MoondialPresentation
import Testing

@testable import MoondialConsole

struct RenderingTests {
    @Test(
        arguments: [
            ("", 40, 10, ["sim> |"]), ("abc<Left>", 40, 10, ["sim> ab|c"]),
            ("(<Enter>abc<Up>", 40, 10, ["sim> (|", "   >   abc"]),
            ("0123456789", 10, 10, ["sim> 01234", "56789|"]), ("01234", 10, 10, ["sim> 01234", "|"]),
            ("01234<Left>", 10, 10, ["sim> 0123|4"]), ("0123456789<Home>", 10, 10, ["sim> |01234", "56789"]),
            ("012345<Left>", 10, 10, ["sim> 01234", "|5"]), ("号码号", 10, 10, ["sim> 号码", "号|"]),
            ("a号码<Left>", 10, 10, ["sim> a号|码"]),
            ("👨‍👩‍👧🇨🇳x", 40, 10, ["sim> 👨‍👩‍👧🇨🇳x|"]), ("a<C-v><Tab>b", 40, 10, ["sim> a    b|"]),
            ("a<C-v><C-a>b", 40, 10, ["sim> a^Ab|"]),
            ("a\u{202E}b", 40, 10, ["sim> a<U+202E>b|"]), ("\u{301}", 40, 10, ["sim> ◌\u{301}|"]),
            ("a", 3, 10, ["sim", "> a", "|"]),
            ("号", 1, 10, ["s", "i", "m", ">", "", "?", "|"]), ("<C-r>", 40, 10, ["sim>", "search: |"]),
            ("<C-r>zz", 40, 10, ["sim>", "no match: zz|"]), ("<C-r>0123456789", 12, 10, ["sim>", "no match: 9|"]),
        ] as [(String, Int, Int, [String])])
    func blockIsRenderedInRows(keys: String, width: Int, height: Int, lines: [String]) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.lines(width: width, height: height) == lines)
    }

    @Test func unfinishedElseIfIsExplained() {
        var editor = TestEditor()
        editor.press("if a then<Enter>b()<Enter>else if c then<Enter>d()<Enter>end<Enter>")
        #expect(
            editor.lines(width: 80).last?.hasSuffix("|'else if' needs an end of its own, 'elseif' does not") == true)
        editor.press("x")
        #expect(editor.lines(width: 80).last?.hasSuffix("x|") == true)
        editor = TestEditor()
        editor.press("if a then<Enter>if b then<Enter>c()<Enter>end<Enter>")
        #expect(editor.lines(width: 80).last?.hasSuffix("|") == true)
    }

    @Test func tallBlockScrollsWithTheCursor() {
        var editor = TestEditor()
        editor.press("<Paste:1\\n2\\n3\\n4\\n5\\n6>")
        #expect(editor.lines(height: 3) == ["   > 4", "   > 5", "   > 6|"])
        editor.press("<Up>")
        #expect(editor.lines(height: 3) == ["   > 4", "   > 5|", "   > 6"])
        editor.press("<Up><Up>")
        #expect(editor.lines(height: 3) == ["   > 3|", "   > 4", "   > 5"])
        editor.press("<C-Home>")
        #expect(editor.lines(height: 3) == ["sim> |1", "   > 2", "   > 3"])
        #expect(editor.lines(height: 9).count == 6)
        editor.press("<C-End><C-u><C-u>")
        #expect(editor.lines(height: 3) == ["   > 3", "   > 4", "   > 5|"])
    }

    @Test func longLineScrollsWithTheCursor() {
        var editor = TestEditor()
        editor.press("<Paste:\(String(repeating: "0123456789", count: 9))>")
        #expect(editor.lines(width: 10, height: 3) == ["5678901234", "5678901234", "56789|"])
        editor.press("<Home>")
        #expect(editor.lines(width: 10, height: 3) == ["sim> |01234", "5678901234", "5678901234"])
    }

    @Test(arguments: [
        ("verify(", "sim> verify(|phone, token, exid, [options])"),
        ("verify(\"1\"", "sim> verify(\"1\"|, token, exid, [options])"),
        ("verify(\"1\",", "sim> verify(\"1\",| token, exid, [options])"),
        ("verify(\"1\", ", "sim> verify(\"1\", |token, exid, [options])"),
        ("verify(\"1", "sim> verify(\"1|"), ("verify(f(1, 2), ", "sim> verify(f(1, 2), |token, exid, [options])"),
        ("verify({1, 2}, 3", "sim> verify({1, 2}, 3|, exid, [options])"),
        ("verify(1, 2, 3, 4", "sim> verify(1, 2, 3, 4|)"),
        ("x = moondial.attempt(", "sim> x = moondial.attempt(|endpoint, phone, token, exid)"),
        ("verify(f(", "sim> verify(f(|"),
        ("verify(<Left>", "sim> verify|("), ("verify(1)", "sim> verify(1)|"), ("verify({", "sim> verify({|"),
        ("print(", "sim> print(|"),
        ("function verify(", "sim> function verify(|"), ("-- verify(", "sim> -- verify(|"),
        (":doc verify(", "sim> :doc verify(|"),
        ("verify(function() return 1, 2 end, ", "sim> verify(function() return 1, 2 end, |token, exid, [options])"),
    ])
    func hintShowsRemainingParameters(keys: String, line: String) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.lines(width: 80) == [line])
    }

    @Test func hintIsCutToTheRow() {
        var editor = TestEditor()
        editor.press("verify(")
        #expect(editor.lines(width: 22) == ["sim> verify(|phone, to…"])
        editor.editor.options.isUnicode = false
        #expect(editor.lines(width: 22) == ["sim> verify(|phone, ..."])
        #expect(editor.lines(width: 13) == ["sim> verify(|"])
    }

    @Test(arguments: [
        ("local x = nil", "kkkkk     lll"), ("verify(\"a\")", "vvvvvv sss "), ("x = 0x1F -- c", "    llll cccc"),
        ("'abc", "tttt"),
        ("x = [[a", "    ttt"), ("moondial.attempt()", "vvvvvvvv vvvvvvv  "), ("moondial.other", "vvvvvvvv      "),
        ("x.verify", "        "),
        ("a ? b", "  t  "), (":load x", "mmmmm  "), ("return 1 // 2", "kkkkkk l    l"), ("a.rule", "      "),
        ("--[[x]] y", "ccccccc  "),
    ])
    func wordsHaveTheirColours(text: String, letters: String) {
        var editor = TestEditor(theme: .coloured, prompt: "")
        // The cursor leaves brackets, which have a style of their own there.
        editor.press(text + "<Home>")
        let theme = Theme.coloured
        let names: [Style: Character] = [
            theme.keyword: "k", theme.literal: "l", theme.string: "s", theme.comment: "c", theme.knownName: "v",
            theme.trouble: "t",
            theme.command: "m", .plain: " ",
        ]
        let found = String(editor.screen(width: 80).rows[0].cells.map { names[$0.style] ?? "?" })
        #expect(found.trimmed == letters.trimmed)
    }

    @Test(arguments: [
        ("f(a)", [1, 3]), ("f(a)<Home><Right>", [1, 3]), ("f(a)x", []), ("f[(1)]", [1, 5]), ("f(a", []), ("\"(\")", []),
        ("{(})<Left>", [0, 2]),
        ("if a then b end", [0, 1, 12, 13, 14]), ("do end<Home>", [0, 1, 3, 4, 5]),
        ("repeat until<Left>", [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]),
    ])
    func bracketsAtTheCursorAreMarked(keys: String, columns: [Int]) {
        var editor = TestEditor(prompt: "")
        editor.press(keys)
        let cells = editor.screen(width: 80).rows[0].cells
        #expect(cells.indices.filter { cells[$0].style == Theme.plain.bracket } == columns)
    }

    @Test func finishedScreenShowsNoSuggestion() {
        var editor = TestEditor(history: ["print(x)"])
        _ = editor.editor.feed(Array("pr\r".utf8))
        #expect(editor.lines() == ["sim> pr|"])
        _ = editor.editor.begin("> ")
        _ = editor.editor.feed(Array("pr\u{3}".utf8))
        #expect(editor.lines() == ["> pr|^C"])
    }

    @Test func signOfAnInterruptWrapsToTheNextRow() {
        var editor = TestEditor()
        _ = editor.editor.feed(Array("abcd\u{3}".utf8))
        #expect(editor.screen(width: 10).lines == ["sim> abcd^", "C"])
    }
}
