// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

/// Blocks of more than one line.
struct BlockTests {
    @Test(arguments: [
        ("if x then<Enter>", "if x then\n  |"), ("if x then<Enter>f()<Enter>end", "if x then\n  f()\nend|"),
        ("if x then<Enter>f()<Enter>else<Enter>g()<Enter>end", "if x then\n  f()\nelse\n  g()\nend|"),
        ("if x then<Enter>f()<Enter>elseif y then<Enter>", "if x then\n  f()\nelseif y then\n  |"),
        ("f({<Enter>a = 1,<Enter>}", "f({\n  a = 1,\n}|"), ("f({<Enter>})", "f({\n})|"),
        ("repeat<Enter>x()<Enter>until", "repeat\n  x()\nuntil|"), ("for i = 1, 2 do<Enter>", "for i = 1, 2 do\n  |"),
        ("while a do<Enter>if b then<Enter>c()<Enter>end<Enter>end", "while a do\n  if b then\n    c()\n  end\nend|"),
        ("x = [[<Enter>a<Enter>", "x = [[\na\n|"), ("f(<Enter>ending", "f(\n  ending|"),
        ("f(<Enter>end_x", "f(\n  end_x|"),
        ("if x then<Enter>elsewhere", "if x then\n  elsewhere|"), ("f(1,<Enter>2<M-Enter>3", "f(1,\n  2\n  3|"),
        ("rule \"a\" {<Enter>pre_check = function(req)<Enter>", "rule \"a\" {\n  pre_check = function(req)\n    |"),
        ("local s = 'x' -- if<M-Enter>y", "local s = 'x' -- if\ny|"), ("if a then -- c<Enter>", "if a then -- c\n  |"),
        ("if a then b() end<Left><Left><Left><M-Enter>", "if a then b()\n|end"), ("{<Enter><Enter>x", "{\n\n  x|"),
        ("a<M-Enter>b", "a\nb|"), ("(<Enter><BS>x", "(\nx|"), ("((<Enter>(<Enter><BS>x", "((\n  (\n  x|"),
        ("(<Enter><Tab>x", "(\n    x|"), ("(<Enter><S-Tab>x", "(\nx|"),
    ])
    func newLinesAreIndented(keys: String, state: String) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test(arguments: [
        ("(<Enter>abc<Up>X", "(X|\n  abc"), ("(abcdef<Enter>abc<Up>X", "(abcdX|ef\n  abc"),
        ("(abcdef<Enter>a<M-Enter>abcdef<Up><Up>X", "(abcdefX|\n  a\n  abcdef"),
        ("(abcdef<Enter>a<M-Enter>abcdef<Up><Up><Down><Down>X", "(abcdef\n  a\n  abcdefX|"),
        ("(<Enter>号码<Up><Down>X", "(\n  号码X|"),
        ("(号码<Enter>abc<Up>X", "(号码X|\n  abc"), ("(<Enter>abc<C-Home>X", "X|(\n  abc"),
        ("(<Enter>abc<M-lt>X", "X|(\n  abc"), ("(<Enter>abc<M-lt><M->>X", "(\n  abcX|"),
        ("(<Enter>abc<C-Home><C-End>X", "(\n  abcX|"), ("(<Enter>abc<C-a><Left>X", "(X|\n  abc"),
        ("(<Enter>abc<Up><Up>X", "(X|\n  abc"),
        ("(<Enter>abc<C-p><C-n>X", "(\n  abcX|"), ("(<Enter>abc<Up><Right>X", "(\nX|  abc"),
    ])
    func cursorMovesInsideABlock(keys: String, state: String) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.state == state)
    }

    @Test(arguments: [
        ("f(<Enter>1)<Enter>", ["f(\n  1)"]), ("a<M-Enter>b<Enter>", ["a\nb"]), ("a<M-Enter>b<Up><Enter>", ["a\nb"]),
        ("a<Enter>b<Enter>", ["a", "b"]), ("if x then<Enter>end<Enter>", ["if x then\nend"]),
        ("x = [[<Enter>]]<Enter>", ["x = [[\n]]"]),
        (")<Enter>", [")"]), ("  <Enter>", ["  "]),
    ])
    func enterRunsACompleteBlock(keys: String, submitted: [String]) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.submitted == submitted)
    }

    @Test func linesTypedAheadAreNotIndented() {
        var editor = TestEditor()
        #expect(
            editor.editor.feed(Array("if x then\r  f()\rend\rnext".utf8)) == [
                .redraw, .submit("if x then\n  f()\nend"),
            ])
    }

    @Test(arguments: [("x = function()", "end, 2"), ("x = {", "}, 2"), ("if x then", "elseif y")])
    func closingWordIsUnindentedHoweverItsBytesArrive(opening: String, closing: String) {
        for first in 0..<closing.utf8.count {
            var editor = TestEditor()
            editor.press("\(opening)<Enter>a()<Enter>")
            _ = editor.editor.feed(Array(closing.utf8.prefix(first)))
            _ = editor.editor.feed(Array(closing.utf8.dropFirst(first)))
            #expect(editor.state == "\(opening)\n  a()\n\(closing)|", "\(first)")
        }
    }

    @Test func bytesAfterAFinishedBlockWaitForTheNextPrompt() {
        var editor = Editor()
        _ = editor.begin("> ")
        #expect(editor.feed(Array("a\rb\rc".utf8)) == [.redraw, .submit("a")])
        #expect(editor.feed([]) == [])
        #expect(editor.hasTypedAhead)
        #expect(editor.begin("> ") == [.redraw, .submit("b")])
        #expect(editor.begin("> ") == [.redraw])
        #expect(editor.buffer == EditBuffer("c"))
    }
}

extension Prompt: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(StyledText(text))
    }
}
