// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

/// One case in each row: the pressed keys, and the text with a bar at the cursor.
struct EditingTests {
    @Test(arguments: [
        ("", "|"), ("abc", "abc|"), ("abc<Left>", "ab|c"), ("abc<C-b><C-b>X", "aX|bc"), ("abc<C-a>X", "X|abc"),
        ("abc<Home>X<End>Y", "XabcY|"), ("abc<C-a><C-f>X", "aX|bc"), ("abc<C-a><Right>X", "aX|bc"),
        ("abc<C-a><C-e>X", "abcX|"), ("<Left>a<Right>b", "ab|"), ("号码<Left>x", "号x|码"),
        ("e\u{301}x<Left><Left>y", "y|e\u{301}x"), ("👨‍👩‍👧x<Left><Left>y", "y|👨‍👩‍👧x"), ("🇨🇳🇩🇪<Left>-", "🇨🇳-|🇩🇪"),
        ("a👍🏽<BS>", "a|"), ("👨‍👩‍👧<BS>", "|"), ("e\u{301}<BS>", "|"), ("ab<C-a><Del>", "|b"), ("🇨🇳<C-a><Del>", "|"),
        ("e<Left>x<Right>\u{301}", "xe\u{301}|"), ("각<BS>", "|"), ("❤️a<Left><BS>", "|a"),
    ])
    func charactersAreInsertedAndDeletedAtTheCursor(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("one two three<M-b>X", "one two X|three"), ("one two three<M-b><M-b>X", "one X|two three"),
        ("one two<C-a><M-f>X", "oneX| two"), ("one two<C-a><M-f><M-f>X", "one twoX|"),
        ("one two<C-Left>X", "one X|two"),
        ("one two<C-a><C-Right>X", "oneX| two"), ("pre_check = 1<M-b><M-b>X", "X|pre_check = 1"),
        ("req.phone<M-b>X", "req.X|phone"), ("f(\"号码\")<M-b>X", "f(\"X|号码\")"), ("a，b<M-b>X", "a，X|b"),
        ("a  b<C-a><M-f><M-f>X", "a  bX|"), ("<M-b>a<M-f>b", "ab|"),
    ])
    func cursorMovesByWords(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("one two<M-b><C-k>", "one |"), ("one two<M-b><C-k><C-y><C-y>", "one twotwo|"), ("one two<M-b><C-u>", "|two"),
        ("one two<M-b><C-u><C-e><C-y>", "twoone |"), ("f(a.b, c)<C-w>", "f(a.b, |"), ("f(a.b)<C-w><C-y>", "f(a.b)|"),
        ("one two three<C-a><M-d>", "| two three"), ("one two three<C-a><M-d><M-d><C-e> <C-y>", " three one two|"),
        ("one two three<M-BS>", "one two |"), ("one two three<M-BS><M-BS><C-a><C-y>", "two three|one "),
        ("one<C-w>two<C-w><C-y>", "two|"), ("one<C-w>two<C-w><C-y><M-y>", "one|"),
        ("one<C-w>two<C-w><C-y><M-y><M-y>", "two|"),
        ("x1 \u{301}<C-w>", "|"), ("one<C-w>x<M-y>", "x|"), ("a<C-k>b", "ab|"), ("<C-y>", "|"),
        ("one<C-a><M-Del>", "|"),
        ("(<M-Enter>x<Up><C-e><C-k><C-k>", "(|"), ("(<M-Enter>ab<C-u><C-u>", "(|"),
        ("号码 x<M-b><M-BS><C-y><C-y>", "号码 号码 |x"),
    ])
    func killedTextCanBeYanked(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("ab<C-t>", "ba|"), ("abc<Left><C-t>", "acb|"), ("a<C-t>", "a|"), ("abc<C-a><C-t>", "|abc"), ("号码<C-t>", "码号|"),
        ("one two<M-t>", "two one|"), ("one two three<M-b><M-t>", "one three two|"), ("one<M-t>", "one|"),
        ("f(a, b)<Left><M-t>", "f(b, a|)"), ("one two<C-a><M-u>", "ONE| two"), ("ONE TWO<C-a><M-l>", "one| TWO"),
        ("one two<C-a><M-c><M-c>", "One Two|"), ("straße<C-a><M-u>", "STRASSE|"), ("x<M-u>", "x|"),
        ("\"oNE<C-a><M-c>", "\"One|"),
    ])
    func textIsTransposedAndChangesCase(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("one two<C-_>", "one |"), ("one two<C-_><C-_>", "|"), ("one two<C-_><C-_><C-_>", "|"),
        ("one two<C-_><M-/>", "one two|"),
        ("one two<C-_><C-_><M-/><M-/><M-/>", "one two|"), ("one<C-w><C-_>", "one|"), ("ab<C-t><C-_>", "ab|"),
        ("one<Left>two<C-_>", "on|e"), ("one<C-a><M-u><C-_>", "|one"), ("a<Paste:b c\\nd>e<C-_>", "ab c\nd|"),
        ("a<Paste:b c\\nd>e<C-_><C-_>", "a|"), ("one<C-_>two<M-/>", "two|"), ("f(<M-Enter><C-_>", "f(|"),
        ("a<BS><BS>b<C-_><C-_>", "a|"),
    ])
    func changesAreUndoneAndRedone(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("a<C-v><Tab>b", "a\tb|"), ("a<C-q><C-a>b", "a\u{1}b|"), ("<C-v>x", "x|"), ("a<C-v><Enter>b", "a\nb|"),
        ("<Nonsense>a", "a|"), ("<Esc>a", "a|"), ("a<C-Space>b", "ab|"), ("a<lt>b", "a<b|"), ("abc<C-a><C-d>", "|bc"),
        ("abc<C-d>", "abc|"), ("abc<C-c>d", "d|"), ("a<C-l>b", "ab|"), ("a<C-z>b", "ab|"),
    ])
    func otherKeysAreHandled(keys: String, state: String) {
        expect(keys, state)
    }

    @Test(arguments: [
        ("<C-d>", Editor.Outcome.end), ("a<C-c>", .interrupt), ("<C-c>", .interrupt), ("a<C-l>", .clearScreen),
        ("a<C-z>", .suspend), ("<Nonsense>", .bell), ("<C-y>", .bell), ("a", .redraw), ("a<Enter>", .submit("a")),
        ("<Enter>", .submit("")), ("a b<Left><Enter>", .submit("a b")),
    ])
    func keysHaveTheirOutcomes(keys: String, outcome: Editor.Outcome) {
        var editor = TestEditor()
        #expect(editor.press(keys).last == outcome)
    }

    private func expect(_ keys: String, _ state: String, sourceLocation: SourceLocation = #_sourceLocation) {
        var editor = TestEditor()
        editor.press(keys)
        #expect(editor.state == state, "after \(keys)", sourceLocation: sourceLocation)
    }
}
