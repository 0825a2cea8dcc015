// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import Testing

/// Mistakes of people who are used to other languages or type with a Chinese keyboard.
@Suite struct SyntaxAdviceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        /// The marked text, and the text before it in its line.
        let mark: String
        let before: String
        let fix: String
        var line = 1

        init(_ text: String, _ mark: String, after before: String, _ fix: String, line: Int = 1) {
            self.text = text
            self.mark = mark
            self.before = before
            self.fix = fix
            self.line = line
        }

        var testDescription: String { text }
    }

    static let characters: [Case] = [
        Case(
            "print（1）", "（", after: "print", "type ( in place of （ (U+FF08); type ) in place of ） (U+FF09)"),
        Case("f(1，2)", "，", after: "f(1", "type , in place of ， (U+FF0C)"),
        Case("x = 1；", "；", after: "x = 1", "type ; in place of ； (U+FF1B)"),
        Case(
            "print(“hi”)", "“", after: "print(", "type \" in place of “ (U+201C); type \" in place of ” (U+201D)"),
        Case("x = ‘a’", "‘", after: "x = ", "type ' in place of ‘ (U+2018); type ' in place of ’ (U+2019)"),
        Case(
            "x = 1\u{A0}+ 1", "\u{A0}", after: "x = 1", "type a plain space in place of the no-break space (U+00A0)"),
        Case(
            "x =\u{3000}1", "\u{3000}", after: "x =", "type a plain space in place of the full-width space (U+3000)"),
        Case("x = \u{200B}1", "\\u{200B}", after: "x = ", "delete the invisible character zero-width space (U+200B)"),
        Case(
            "-- “”\nlocal 变量 = 3", "变量", after: "local ",
            "names have the letters A to Z and a to z, digits and _: rename 变量; as a key it is t[\"变量\"]", line: 2),
        Case(
            "x = 1 + prix_réel2", "prix_réel2", after: "x = 1 + ",
            "names have the letters A to Z and a to z, digits and _: rename prix_réel2; as a key it is t[\"prix_réel2\"]"
        ),
        Case("x = 2 × 3", "×", after: "x = 2 ", "type * in place of × (U+00D7)"),
        Case("x = €", "€", after: "x = ", "€ (U+20AC) can stand in strings and comments only"),
        Case("x = a ? b : c", "?", after: "x = a ", "Lua has no '?': write condition and one or other, or an if"),
    ]

    static let operators: [Case] = [
        Case("if x != 1 then end", "!=", after: "if x ", "write ~= for 'is not equal'"),
        Case("if x !== 1 then end", "!==", after: "if x ", "write ~= for 'is not equal'"),
        Case("if !x then end", "!", after: "if ", "write not: not x"),
        Case("x += 1", "+=", after: "x ", "write x = x + …"),
        Case("t.count -= 1", "-=", after: "t.count ", "write t.count = t.count - …"),
        Case("f().n *= 1", "*=", after: "f().n ", "write x = x * …"),
        Case("s ..= 'x'", "..=", after: "s ", "write s = s .. …"),
        Case("x++", "++", after: "x", "write x = x + 1"),
        Case("y = x++", "++", after: "y = x", "write x = x + 1"),
        Case("if a && b then end", "&&", after: "if a ", "write and"),
        Case("if a || b then end", "||", after: "if a ", "write or"),
        Case("if x = 1 then end", "=", after: "if x ", "= sets a variable; write == to compare"),
        Case("y = 1 while x = 1 do end", "=", after: "y = 1 while x ", "= sets a variable; write == to compare"),
        Case("return x = 1", "=", after: "return x ", "= sets a variable; write == to compare"),
        Case("if x === 1 then end", "===", after: "if x ", "write =="),
        Case("f(a = 1)", "=", after: "f(a ", "write == to compare; arguments with names are a table: f { a = … }"),
    ]

    static let words: [Case] = [
        Case(
            "if a then\n  b()\nelse if c then\n  d()\nend\n", "else if", after: "",
            "'else if' begins another if, which needs an end of its own: write elseif", line: 3),
        Case("if a then b() elif c then d() end", "elif", after: "if a then b() ", "write elseif in place of elif"),
        Case("const x = 1", "const", after: "", "write local in place of const"),
        Case("print x", "print x", after: "", "a call needs parentheses: print(x)"),
        Case("x = 'a' 'b'", "'a' 'b'", after: "x = ", "write .. between texts to join them"),
        Case("if a == 1 { b() }", "{", after: "if a == 1 ", "write then … end in place of { … }"),
        Case("t = { a: 1 }", ":", after: "t = { a", "write = between a key and its value"),
        Case("// note", "//", after: "", "comments begin with --"),
        Case("f(1,)", ",)", after: "f(1", "no comma before )"),
        Case(
            "x = 'abc\ny = 2", "'abc", after: "x = ",
            "close the text in the same line with the mark that it began with; \\ or [[ ]] takes more lines"),
        Case("f() end", "end", after: "f() ", "one end more than there are blocks"),
    ]

    private func failure(_ text: String) throws -> Diagnostic {
        let files = RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(text.utf8))])
        do {
            _ = try RulebookLoader(RuleEngine.Settings(wallClock: { 0 })).load(files)
        } catch {
            return error
        }
        throw Loaded()
    }

    private struct Loaded: Error {}

    @Test(arguments: characters + operators + words) func syntaxErrorHasAFixAndMarksTheToken(example: Case) throws {
        let failure = try failure(example.text)
        #expect(failure.code == .ruleSyntax)
        #expect(failure.fix == example.fix)
        #expect(failure.subject == example.mark)
        #expect(failure.site?.line == example.line)
        #expect(failure.subjectOffset == example.before.utf8.count)
        #expect(failure.sourceLine?.hasPrefix(example.before + example.mark) == true)
    }

    /// The message of `load` is raised unchanged, or with a place before it.
    @Test(
        arguments: characters + operators + words,
        [
            "assert(load(text))", "local f, e = load(text, '@other.lua') error(e)",
            "error((select(2, load(text, '=x'))), 0)",
        ])
    func errorReturnedByLoadHasTheSameFix(example: Case, raising: String) throws {
        // Lua drops the first line break in a long bracket, so the line numbers of the text begin at 1.
        let failure = try failure("local text = [==[\n\(example.text)]==]\n\(raising)")
        #expect(failure.code == .ruleError)
        #expect(failure.fix == example.fix)
        #expect(failure.subject == example.mark)
        #expect(failure.site?.line == example.line)
        #expect(failure.subjectOffset == example.before.utf8.count)
        #expect(failure.sourceLine?.hasPrefix(example.before + example.mark) == true)
    }

    @Test func errorThatLoadDidNotReturnHasNoFix() throws {
        let failure = try failure("load('x += 1')\nerror(\"[string 'y']:1: syntax error near '+='\")")
        #expect(failure.fix == nil)
        #expect(failure.site?.description == "rules.lua:2")
    }

    @Test(
        "the token is found among equal ones",
        arguments: [
            ("x = 1 = 2", 6), ("f(a, b(c)) g(d))", 15), ("x = (1) y = )", 12), ("a.b.c = 1 d.e.f.", nil),
            ("x = { 1, 2 }, }", 14),
        ] as [(String, Int?)])
    func markedTokenIsTheOneOfTheError(text: String, offset: Int?) throws {
        #expect(try failure(text).subjectOffset == offset)
    }

    @Test func messageNamesTheNonASCIICharacter() throws {
        #expect(try failure("print（1）").message == "syntax error near （ (U+FF08)")
    }

    @Test func nonASCIICharactersInTextsAndCommentsAreAccepted() throws {
        #expect(throws: Loaded.self) { try failure("local x = '（），“变量”' -- ；") }
    }

    @Test func raisedTextThatLooksLikeASyntaxErrorHasNoFix() throws {
        let failure = try failure("x = 1\nerror(\"syntax error near '='\")")
        #expect(failure.fix == nil)
        #expect(failure.subjectOffset == nil)
    }

    @Test func manyEqualTokensAreSearchedFast() throws {
        #expect(try failure(String(repeating: "f(x) ", count: 20000) + ")").fix == nil)
    }
}
