// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

struct EditorKeyTests {
    @Test(
        "a number repeats the next key",
        arguments: [
            ("abcdef<M-3><Left>", "abc|def"), ("abcdef<M-2><BS>", "abcd|"), ("abcdef<C-a><M-2><Right>", "ab|cdef"),
            ("abc<M-5>x", "abcxxxxx|"), ("<M-1>2x", "xxxxxxxxxxxx|"), ("abc<M--><Right>", "ab|c"),
            ("abcdef<M--><M-2><C-f>", "abcd|ef"), ("one two three<M-2><M-b>", "one |two three"),
            ("one two three<C-a><M-2><M-d>", "| three"), ("one two three<C-a><M-2><M-u>", "ONE TWO| three"),
            ("one two three<M--><M-u>", "one two THREE|"), ("one two three<M--><M-2><M-c>", "one Two Three|"),
            ("abc<M-0>x", "abc|"), ("abc<M-9><C-g>x", "abcx|"), ("abc<M-2><Esc>x", "abcx|"), ("abc<M-4><Left>", "|abc"),
            ("one two<M-2><M-BS><C-y>", "one two|"), ("abcd<M-3><BS><C-_>", "abcd|"), ("a<M-3>号", "a号号号|"),
            ("abcd<M--><C-k>", "|"), ("ab<C-a><M--><BS>", "|b"),
        ])
    func numbers(keys: String, state: String) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test func numberForTheNextKeyIsShown() {
        var editor = TestEditor()
        editor.press("abc<M--><M-1>2")
        #expect(editor.lines() == ["sim> abc|", "number for the next key: -12"])
        editor.press("<Left>")
        #expect(editor.lines() == ["sim> abc|"])
    }

    private static let history = [
        ":load rules/shop.lua", "verify(\"13800138000\", \"sim:code=9001\")", "if a then\n  shop.pay(42)\nend",
        "d.attempts",
    ]

    @Test(
        "words of earlier blocks are inserted",
        arguments: [
            ("print(<M-.>", "print(d.attempts|"), ("<M-.><M-.>", "42|"), ("<M-.><M-.><M-.>", "\"sim:code=9001\"|"),
            ("<M-.><M-.><M-.><M-.>", "rules/shop.lua|"), ("<M-.><M-.><M-.><M-.><M-.>", "rules/shop.lua|"),
            ("<M-0><M-.><M-.>", "a|"), ("<M-0><M-.><M-.><M-.>", "verify|"), ("<M-1><M-.>", "shop.pay|"),
            ("x<M-.><C-_>", "x|"), ("<M-_>", "d.attempts|"), ("<M--><M-2><M-.>", "shop.pay|"),
            ("<M-.>x<M-.>", "d.attemptsxd.attempts|"),
        ])
    func words(keys: String, state: String) {
        var editor = TestEditor(history: Self.history)
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test func maskedWordsAreNotInserted() {
        var editor = TestEditor(history: ["x = 5", "verify(\"138****8000\", \"<token>\")"])
        editor.press("<M-.>")
        #expect(editor.state == "5|")
    }

    @Test func blockIsOpenedInAnEditor() {
        var editor = TestEditor()
        #expect(editor.press("one<Left><C-x><C-e>").last == .openEditor("one"))
        editor.editor.replaceBlock("one\ntwo\n")
        #expect(editor.state == "one\ntwo|")
        editor.press("<C-_>")
        #expect(editor.state == "on|e")
        #expect(editor.press("<C-x>q").last == .bell)
        editor.press("<C-x><Paste:x><BS>")
        editor.press("ab<C-x><C-u>")
        #expect(editor.state == "on|e")
    }

    @Test func editCommandAtTheEndOfABlockOpensTheBlock() {
        var editor = TestEditor()
        #expect(editor.press("(<Enter>1<Enter>:edit<Enter>").last == .openEditor("(\n  1"))
        #expect(editor.editor.buffer.text == "(\n  1")
    }

    // MARK: - Search

    @Test func listOfASearchNarrows() {
        var editor = TestEditor(history: Self.history)
        editor.press("<C-r>")
        #expect(
            editor.lines() == [
                "sim>", "search: |", " d.attempts", " if a then … (3 lines)",
                " verify(\"13800138000\", \"sim:code=9001\")",
                " :load rules/shop.lua",
            ])
        editor.press("shop")
        #expect(
            editor.lines() == [
                "sim> if a then", "   >   shop.pay(42)", "   > end",
                "search: shop|                         1/2", " if a then … shop.pay(42) … (3 lines)",
                " :load rules/shop.lua",
            ])
        editor.press(".lua")
        #expect(editor.lines().suffix(2) == ["search: shop.lua|                     1/1", " :load rules/shop.lua"])
        editor.press("<BS><BS><BS><BS><C-r>")
        #expect(editor.state == ":load rules/|shop.lua")
    }

    @Test(
        "search finds letters in order",
        arguments: [
            ("vcode", "verify(\"13800138000\", \"sim:code=9001\")"),
            ("9001 ver", "verify(\"13800138000\", \"sim:code=9001\")"),
            ("dat", "d.attempts"), ("lodshp", ":load rules/shop.lua"),
        ])
    func fuzzy(query: String, text: String) {
        var editor = TestEditor(history: Self.history)
        editor.press("<C-r>\(query)<Esc>")
        #expect(editor.editor.buffer.text == text)
    }

    @Test func searchListsBlocksWithTheWholeQueryFirst() {
        var editor = TestEditor(history: ["abc", "a-b-c", "x", "axbxc"])
        editor.press("<C-r>abc")
        #expect(editor.lines().suffix(3) == [" abc", " axbxc", " a-b-c"])
    }

    @Test func longListOfASearchScrolls() {
        var editor = TestEditor(history: (1...40).map { "value\($0)" })
        editor.press("<C-r>value")
        for _ in 0..<20 { editor.press("<C-r>") }
        #expect(editor.state == "|value20")
        #expect(editor.lines(height: 12).contains(" value20"))
        #expect(editor.lines(height: 12).count == 7)
        #expect(editor.lines(height: 2) == ["sim> value20", "search: value|                      21/40"])
    }
}
