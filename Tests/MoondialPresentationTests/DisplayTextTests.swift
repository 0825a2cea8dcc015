// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialPresentation
@testable import MoondialRules

struct DisplayTextTests {
    @Test(arguments: [
        ("plain", "plain", "plain"), ("a\nb\tc", #"a\nb c"#, #"a\nb c"#), ("\u{1B}[2J", #"\u{1B}[2J"#, #"\u{1B}[2J"#),
        ("\u{202E}evil", #"\u{202E}evil"#, #"\u{202E}evil"#), ("号码 →", "号码 →", #"\u{53F7}\u{7801} \u{2192}"#),
        ("\u{7F}\u{9B}", #"\u{7F}\u{9B}"#, #"\u{7F}\u{9B}"#),
    ])
    func invisibleCharactersAreEscaped(text: String, unicode: String, ascii: String) {
        #expect(DisplayText.visible(text, ascii: false) == unicode)
        #expect(DisplayText.visible(text, ascii: true) == ascii)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("号码", 4), ("e\u{301}", 1), ("→·█", 3), ("🌙", 2), ("ﾂ", 1), ("Ａ", 2), ("👨‍👩‍👧", 2), ("🇨🇳", 2),
        ("🇨", 1), ("👍🏽", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("☎", 1), ("⌚", 2), ("한글", 4),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("，", 2),
        ("\u{200B}", 0), ("\u{AD}", 1), ("𠀀", 2), ("〇", 2), ("ｶﾞ", 2), ("é", 1), ("नि", 2), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2), ("𝒳", 1),
    ])
    func widthIsInTerminalCells(text: String, width: Int) {
        #expect(DisplayText.width(text) == width)
    }

    @Test(
        arguments: [
            ("a", true), ("号", true), ("e\u{301}", true), ("🌙", true), ("👨‍👩‍👧", false), ("🇨🇳", false), ("❤️", false),
            ("👍🏽", false),
            ("\u{E000}", false), ("नि", false),
        ] as [(Character, Bool)])
    func sequencesHaveDoubtfulWidths(character: Character, isCertain: Bool) {
        #expect(DisplayText.isWidthCertain(character) == isCertain)
    }

    @Test(arguments: [
        ("", 10, [""]), ("one two three", 7, ["one two", "three"]), ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a abcdefgh", 4, ["a", "abcd", "efgh"]), ("号码号码", 5, ["号码", "号码"]), ("  a  ", 3, ["a"]),
    ])
    func textIsBrokenAtSpaces(text: String, width: Int, lines: [String]) {
        #expect(DisplayText.wrapped(text, width: width) == lines)
    }

    @Test(arguments: [
        ("short\n", 10, "short\n"), ("one two three\n", 9, "one two\n  three\n"),
        ("  one two three\n", 11, "  one two\n    three\n"),
        // The terminal breaks words that are longer than a line.
        ("see /a/long/path/x\n", 10, "see\n  /a/long/path/x\n"), ("/a/long/path/x y\n", 10, "/a/long/path/x\n  y\n"),
        ("\u{1B}[1mone\u{1B}[0m two three\n", 9, "\u{1B}[1mone\u{1B}[0m two\n  three\n"),
        // Columns stay apart.
        ("one    two     three\n", 12, "one  two\n  three\n"), ("号码 号码 号码\n", 9, "号码 号码\n  号码\n"),
    ])
    func linesWrapToTheWidthOfAWindow(text: String, width: Int, fitted: String) {
        #expect(DisplayText.fitted(lines: text, to: width) == fitted)
    }

    @Test func errorsWrapToTheWidthOfAWindow() {
        let diagnostic = Diagnostic(.usage, "one two three four", fix: "five six seven")
        #expect(
            DiagnosticText(diagnostic, width: 22).text == """
                error[usage]: one two
                  three four
                  = fix: five six
                         seven

                """)
        #expect(DiagnosticText(diagnostic).text == "error[usage]: one two three four\n  = fix: five six seven\n")
    }
}
