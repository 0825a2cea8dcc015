// SPDX-License-Identifier: MIT

/// The keys of the editor, for `:help keys`.
enum EditorKeys {
    private static let rows: [(term: String, text: String)] = [
        ("Enter", "runs the block, or continues it in the next line while it is not finished"),
        ("Alt-Enter", "begins a new line in any case"),
        ("Tab", "completes; again walks through the menu"),
        ("Up, Down", "move inside the block, beyond it to older and newer blocks that begin like this one"),
        ("Right, End", "accept what is shown in grey; Alt-F accepts a word of it"),
        ("Ctrl-R", "searches older blocks: type some letters of one, Ctrl-R goes on to the next, Enter runs it"),
        ("Alt-.", "inserts the last word of the block before; again, of the one before that"),
        ("Ctrl-X Ctrl-E", "opens the block in $VISUAL or $EDITOR"),
        ("Ctrl-A, Ctrl-E", "go to the beginning and the end of the line"),
        ("Alt-B, Alt-F", "go back and forth by a word"),
        ("Ctrl-W, Alt-D", "delete the word before and after the cursor; Ctrl-K, Ctrl-U delete the rest of the line"),
        ("Ctrl-Y, Alt-Y", "insert what was deleted last; the one before it in its place"),
        ("Ctrl-T, Alt-T", "swap two characters, two words"),
        ("Alt-U, Alt-L, Alt-C", "make a word upper case, lower case, or capitalised"),
        ("Alt-0 to Alt-9, Alt--", "give the next key a number of times, or the other direction"),
        ("Ctrl-_, Alt-/", "undo, redo"),
        ("Ctrl-V", "inserts the next key as it is"),
        ("Ctrl-C", "discards the block, or stops what runs"),
        ("Ctrl-D", "leaves, when nothing is typed"),
        ("Ctrl-Z, Ctrl-L", "suspends the process until fg; clears the window"),
    ]

    static func text(_ empty: HelpText) -> String {
        var help = empty
        help.list(rows, termWidth: 21)
        return help.text
    }
}
