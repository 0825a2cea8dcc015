// SPDX-License-Identifier: MIT

import Generators
import LuaSyntax
import MoondialLua
import Testing

/// In a program that Lua accepts, the lexer that never fails finds the comments and strings that the parser finds.
@Suite struct TokenAgreementTests {
    /// Does nothing for a text that is no program.
    private func expectAgreement(_ text: [UInt8], _ location: SourceLocation = #_sourceLocation) {
        guard let tree = try? SyntaxTree(chunk: text) else { return }
        let tokens = LuaLexer.tokens(of: text)
        let shown = Testing.Comment(rawValue: "\(String(decoding: text.prefix(4000), as: UTF8.self).debugDescription)")
        #expect(
            tokens.filter { $0.kind == .comment }.map(\.range) == tree.comments.map(\.range), shown,
            sourceLocation: location)
        let found = Dictionary(
            uniqueKeysWithValues: tokens.filter { $0.kind == .string && $0.opening == 1 }.map { ($0.range, $0) })
        for case (.string(let value), let range) in tree.expressionIDs.map({ (tree[$0].kind, tree[$0].range) })
        where text[range.lowerBound] == UInt8(ascii: "'") || text[range.lowerBound] == UInt8(ascii: "\"") {
            let content = found[range].map { text[$0.content] }
            // Text that is no UTF-8 is left out of what is decoded.
            guard String(validating: value, as: UTF8.self) != nil || content == nil else { continue }
            #expect(content.map(LuaEscapes.decoded) == value, shown, sourceLocation: location)
        }
    }

    @Test func lexersAgreeOnFilesOfTheRepository() throws {
        for file in LuaAgreementTests.files { expectAgreement(try LuaAgreementTests.program(file)) }
    }

    @Test(arguments: SyntaxCases.all)
    func lexersAgreeOnConstructs(text: String) {
        expectAgreement(Array(text.utf8))
    }

    /// Programs of strings and comments that hold what could end them.
    @Test func lexersAgreeOnStringsAndComments() {
        var generator = SeededGenerator(seed: 4)
        let parts = [
            "\\", "\\\\", "\\'", "\\\"", "'", "\"", "\n", "\r", "\r\n", "\\\n", "\\\r", "\\\r\n", "\\\n\r", "\\z ",
            "\\z\n ",
            "\\65", "\\6", "\\x41", "\\u{41}", "\\u{0000000000041}", "\\u{7801}", "--", "--[[", "]]", "[=[", "]=]", "a",
            "1", " ",
            "return", "x = ", ";", "[[", "--[=[",
        ]
        for round in 0..<20_000 {
            let middle = (0...generator.below(6)).map { _ in generator.pick(parts) }.joined()
            let quote = generator.pick(["'", "\""])
            let text = round % 2 == 0 ? "x = \(quote)\(middle)\(quote)" : "x = 'a' --\(middle)\ny = 'b'"
            expectAgreement(Array(text.utf8))
        }
    }
}
