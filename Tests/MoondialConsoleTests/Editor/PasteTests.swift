// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

struct PasteTests {
    @Test(arguments: [
        ("sim> 1+1\r\r2\r\rsim> do\r\r   > end\r\r", "1+1\ndo\nend"), ("a\r\rb\rc", "a\n\nb\nc"),
        ("a\nb", "a\nb"), ("a\r\nb\rc\n", "a\nb\nc"), ("a\n\n", "a"), ("\n", ""), ("", ""),
        ("a\u{1B}[2Jb\u{7}\0", "a[2Jb"), ("\ta\t", "\ta\t"),
        ("sim> f(1)", "f(1)"), ("sim> f(1)\nallow\nsim> g()\n", "f(1)\ng()"),
        ("sim> if a then\n   >   b()\n   > end\nnil\n", "if a then\n  b()\nend"),
        ("\n\nsim> f(1)\n", "f(1)"), ("sim> a\nsim>\nsim> b", "a\n\nb"), ("LIVE(h)> f()\nx\nLIVE(h)> g()", "f()\ng()"),
        ("$ moondial\nsim> f(1)\n1", "f(1)"), ("  sim> f(\n     > 1)\n  1", "f(\n1)"), ("a > b", "a > b"),
        ("  > b", "  > b"), ("   > b\n   > c", "b\nc"),
        ("号\u{301}\n码", "号\u{301}\n码"),
        ("  if x then\n    y()\n  end", "  if x then\n    y()\n  end"),
    ])
    func pastedTextIsCleaned(pasted: String, text: String) {
        let cleaner = PasteCleaner(prompts: ["LIVE(h)> ", "sim> ", "   > "])
        #expect(String(decoding: cleaner.cleaned(Array(pasted.utf8)), as: UTF8.self) == text)
    }

    @Test func invalidUTF8InAPasteIsReplaced() {
        #expect(
            PasteCleaner(prompts: []).cleaned([0x61, 0xFF, 0xC3, 0x0A, 0x62]) == Array("a\u{FFFD}\u{FFFD}\nb".utf8))
    }

    @Test func pasteIsNotRunBeforeEnter() {
        var editor = TestEditor()
        #expect(editor.press("a<Paste:b\\nc\\n>d") == [.redraw, .redraw, .redraw])
        #expect(editor.state == "ab\ncd|")
        editor.press("<Enter>")
        #expect(editor.submitted == ["ab\ncd"])
    }

    @Test func pastedTranscriptOfStockLuaLosesItsPrompts() {
        var editor = TestEditor()
        editor.press("<Paste:\\g print(1)\\n1\\n\\g f(\\n\\g\\g 2)\\n\\g \\n>")
        #expect(editor.state == "print(1)\nf(\n2)\n|")
        editor.press("<C-c>a = b <Paste:\\g= c>")
        #expect(editor.state == "a = b >= c|")
    }

    @Test func pastedPromptIsRemoved() {
        var editor = TestEditor(prompt: "LIVE(host)> ")
        _ = editor.editor.feed(Array("\u{1B}[200~LIVE(host)> f()\nallow\u{1B}[201~".utf8))
        #expect(editor.state == "f()|")
    }
}
