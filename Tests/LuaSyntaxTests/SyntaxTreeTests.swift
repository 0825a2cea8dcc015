// SPDX-License-Identifier: MIT

import LuaSyntax
import Testing

/// Positions, names and comments of a tree.
@Suite struct SyntaxTreeTests {
    private func tree(_ text: String) throws(SyntaxProblem) -> SyntaxTree { try SyntaxTree(file: Array(text.utf8)) }

    @Test func columnsCountCharacters() throws {
        let tree = try tree("-- 号码\nlocal s = \"é号码👍\" return s")
        let name = try #require(tree.expressions.last)
        #expect(tree.source.position(at: name.range.lowerBound) == SourcePosition(line: 2, column: 25))
        #expect(tree.source.text(in: name.range) == "s")
    }

    @Test(arguments: ["a\nb\nc", "a\r\nb\r\nc", "a\rb\rc", "a\n\rb\n\rc"])
    func allFourLineEndingsAreRecognized(text: String) {
        let source = SourceText(Array(text.utf8))
        #expect(source.lineStarts.count == 3)
        #expect((1...3).map { String(decoding: source.bytes(ofLine: $0), as: UTF8.self) } == ["a", "b", "c"])
        #expect(source.position(at: text.utf8.count - 1) == SourcePosition(line: 3, column: 1))
    }

    @Test(arguments: ["\u{FEFF}return x", "#!/usr/bin/moondial\nreturn x", "\u{FEFF}#!x\nreturn x"])
    func fileMayBeginWithAByteOrderMarkOrShebang(text: String) throws {
        let tree = try tree(text)
        #expect(tree.source.text(in: try #require(tree.expressions.last).range) == "x")
        #expect(throws: SyntaxProblem.self) { try SyntaxTree(chunk: Array(text.utf8)) }
    }

    @Test func problemsHaveAMessageAndARange() throws {
        for (text, message, part) in [
            ("local x = = 1", "unexpected symbol near '='", "="),
            ("if x then", "'end' expected near <eof>", ""),
            ("if x then\nf(", "unexpected symbol near <eof>", ""),
            ("do\nx = 1", "'end' expected (to close 'do' at line 1) near <eof>", ""),
            ("x = 3y", "malformed number near '3y'", "3y"),
            ("local x <const> = 1\nx = 2", "attempt to assign to const variable 'x'", "x"),
            ("goto away", "no visible label 'away' for goto at line 1", "goto away"),
        ] {
            do throws(SyntaxProblem) {
                _ = try tree(text)
                Issue.record("\(text) was accepted")
            } catch {
                #expect(error.message == message)
                #expect(SourceText(Array(text.utf8)).text(in: error.range) == part)
            }
        }
    }

    @Test func namesAreResolvedToVariablesAndGlobals() throws {
        let tree = try tree(
            """
            local a, b = 1, 2
            local function f(a) b = a return a, c, function() return b end end
            local a = a
            d = f
            local _ENV = {}
            e = 1
            """)
        let uses = tree.expressions.compactMap { expression -> String? in
            guard case .name(let name, let binding) = expression.kind else { return nil }
            let sign = expression.isTarget ? "=" : ""
            switch binding {
            case .variable(let id): return "\(name)\(sign) \(tree.source.line(at: tree[id].range.lowerBound))"
            case .global: return "\(name)\(sign) global"
            case .environment: return "\(name)\(sign) field"
            }
        }
        #expect(
            uses == ["b= 1", "a 2", "a 2", "c global", "b 1", "a 1", "d= global", "f 2", "e= field"])
        let variables = tree.variables.map { "\($0.name) \($0.reads) \($0.assignments)" }
        #expect(variables == ["a 1 0", "b 1 1", "f 1 0", "a 2 0", "a 0 0", "_ENV 1 0"])
    }

    @Test func literalsHaveTheirValues() throws {
        let tree = try tree(#"return 0x10, 1e2, 9223372036854775808, 0xffffffffffffffff, 0x.8p1, "\65\x42\u{43}\z  D""#)
        let values = tree.expressions.map { expression -> String in
            switch expression.kind {
            case .number(.integer(let value)): "\(value)"
            case .number(.float(let value)): "\(value) float"
            case .string(let bytes): String(decoding: bytes, as: UTF8.self)
            default: "?"
            }
        }
        #expect(values == ["16", "100.0 float", "9.223372036854776e+18 float", "-1", "1.0 float", "ABCD"])
    }

    @Test func commentsAreKept() throws {
        let tree = try tree("-- one\nx = 1 --[[two]] y = 2 --[==[three\n]==] -- four")
        #expect(
            tree.comments.map { tree.source.text(in: $0.range) } == [
                "-- one", "--[[two]]", "--[==[three\n]==]", "-- four",
            ])
        #expect(tree.comments.map(\.isLine) == [true, false, false, true])
    }

    /// Long programs of each shape are parsed in linear time, and no depth overflows the stack.
    @Test(arguments: [
        ("return a", ".b", ""), ("return a", "()", ""), ("return 1", " + 1", ""), ("return a", " and a", ""),
        ("if x then ", "elseif x then ", "end"), ("", "::l#:: goto l# ", ""), ("", "do goto l# end ::l#:: ", ""),
        ("return {", "{},", "}"), ("", "f = function() return f end ", ""),
        ("while x do ", "if x then break end ", "end"), ("", "-- comment\n", ""), ("", "goto l ", "::l::"),
    ])
    func longProgramsAreParsed(before: String, part: String, after: String) throws {
        _ = try tree(long(before, part, after))
    }

    @Test func tooManyLocalVariablesAreRefused() throws {
        let problem = try #require(throws: SyntaxProblem.self) { _ = try tree(long("", "local x# = x# ", "")) }
        #expect(problem.message.hasPrefix("too many local variables"))
    }

    /// 10,000 times `part`, in which `#` is the number of the repetition, between the other texts.
    private func long(_ before: String, _ part: String, _ after: String) -> String {
        before + (0..<10000).map { part.replacing("#", with: String($0)) }.joined() + after
    }
}
