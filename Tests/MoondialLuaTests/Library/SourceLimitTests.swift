// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Texts that would take the compiler long are refused.
@Suite struct SourceLimitTests {
    /// Makes a text with a given number of counted words.
    struct Source: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: @Sendable (Int) -> String

        init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
            testDescription = name
            self.text = text
        }
    }

    private static let limit = 3000
    private static let message = "chunk has more than 3000 'and', 'or', 'elseif', 'goto', 'break' and labels"

    private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    static let counted: [Source] = [
        Source("or") { "local x return " + many("x or ", $0) + "x" },
        Source("and") { "local x return " + many("x and--\n", $0) + "x" },
        Source("or without spaces") { "local x return " + many("(x)or", $0) + "(x)" },
        Source("elseif") { "local x if x then " + many("elseif x then ", $0) + "end" },
        Source("gotos to one label") { many("goto a ", $0 - 1) + "::a::" },
        Source("break") { "local x while x do " + many("if x then break end ", $0) + "end" },
        Source("labels") { (0..<$0).map { "::a\($0)::x = 1 " }.joined() },
        Source("a mixture") {
            "local x = 1 " + many("x = x and x or x ", $0 / 2) + (0..<($0 % 2)).map { "::a\($0)::" }.joined()
        },
        Source("after strings and comments") {
            #"local x = "\"", '\'', "\\", [==[]]]=]==], '\z"# + "\n ' --[[ ]]--[=[]] ]=]\n--[ [\n"
                + many("x = x or x ", $0)
        },
        Source("next to numbers") { "local x = 3.0 " + many("x = 0x10 or 1e5 ", $0) },
    ]

    @Test(arguments: counted)
    func wordsThatSlowTheCompilerAreLimited(_ source: Source) throws {
        _ = try LuaFixture().load(source.text(Self.limit))
        do {
            _ = try LuaFixture().load(source.text(Self.limit + 1))
            Issue.record("it was compiled")
        } catch {
            #expect(error.code == .syntax)
            #expect(error.message == Self.message)
        }
    }

    static let uncounted: [Source] = [
        Source("a string") { "local x = '" + many("or ", $0) + "'" },
        Source("a quoted string") { #"local x = ""# + many(#" or\"'"#, $0) + "\"" },
        Source("a long string") { "local x = [==[" + many("or ]] ]=]", $0) + "]==]" },
        Source("a comment") { "--" + many("or ", $0) },
        Source("a long comment") { "--[[" + many("or\n", $0) + "]]" },
        Source("a long string that ends in brackets") { "local x = [=[" + many("] or ]]= ", $0) + "]]=]" },
        Source("names") { "local orx, xor, or_, or1 " + many("orx = xor ", $0) },
        Source("other words") { "local x " + many("x = not x ", $0) },
        Source("colons") { "local x = {} " + many("x:y() ", $0) },
    ]

    @Test(arguments: uncounted)
    func otherWordsAreNotLimited(_ source: Source) throws {
        let lua = try LuaFixture()
        #expect(throws: Never.self) { try lua.load(source.text(Self.limit * 2)) }
    }

    /// If the text ends within a token, the compiler reports the error.
    @Test(arguments: [
        "'", "\"\\", "[==[", "[=", "[", "--[[", "--[", "--", "-", ":", "::", "'\\", "[=[]=", "or", "\0or",
    ])
    func textThatEndsWithinATokenIsReportedByTheCompiler(_ end: String) throws {
        for text in [end, "x = 1 " + end, String(repeating: "x = 1 or 2 ", count: 10) + end] {
            do {
                _ = try LuaFixture().load(text)
            } catch {
                #expect(error.code == .syntax)
                #expect(error.message != Self.message)
            }
        }
    }

    @Test func loadReturnsTheMessageOfTheSourceLimit() throws {
        let text = "return load('return ' .. ('x or '):rep(3001) .. 'x')"
        #expect(try shown(LuaFixture().run(text)) == "nil " + Self.message)
    }

    private static let chainMessage = "chunk has an expression with more than 200 fields of fields"

    static let chains: [Source] = [
        Source("fields") { "local a return a" + many(".b", $0) },
        Source("fields over lines") { "local a return a" + many("\n.--[[ ]] b", $0) },
        Source("brackets") { "local a return a" + many("[1]", $0) },
        Source("strings in brackets") { "local a return a" + many("['x']", $0) },
        Source("long strings in brackets") { "local a return a" + many("[ [[x]] ]", $0) },
        Source("calls in brackets") { "local a, f return a" + many("[f(1, {2}, a.b)]", $0) },
        Source("parentheses") { "local a return (((a" + many(".b", $0 / 2) + ")" + many(".b", $0 - $0 / 2) + "))" },
        Source("a target") { "local a a" + many(".b", $0) + " = 1" },
        Source("a method") { "local a return a" + many(".b", $0) + ":c()" },
        Source("in a table") { "local a return {x = {a" + many(".b", $0) + "}}" },
        Source("in a bracket") { "local a return a[1].x[a" + many(".b", $0) + "]" },
    ]

    @Test(arguments: chains)
    func chainsOfFieldsAreLimited(_ source: Source) throws {
        _ = try LuaFixture().load(source.text(200))
        #expect {
            _ = try LuaFixture().load(source.text(201))
        } throws: { error in
            (error as? LuaError)?.message == Self.chainMessage
        }
    }

    static let noChains: [Source] = [
        Source("statements") { "local a = {} " + many("a.b = a.c.d ", $0) },
        Source("arguments") { "local a, f f(" + many("a.b + ", $0) + "a.b)" },
        Source("lists") { "local a return {" + many("a.b, a[1],", $0) + "}" },
        Source("methods") { "local a return a" + many(":b{}", $0) },
        Source("calls with strings") { "local a return a" + many(".b 'x'", $0) },
        Source("operators") { "local a = 1 " + many("a = a.b + a.c // -a.d ", $0) },
        Source("numbers") { "local a = {" + many(".5, 1.5, 1., 0x.8p1,", $0) + "}" },
        Source("dots") { "local a = ... " + many("a = a .. '' .. a ", $0) },
    ]

    @Test(arguments: noChains)
    func otherExpressionsAreNoChains(_ source: Source) throws {
        _ = try LuaFixture().load(source.text(1000))
    }

    @Test func sourceLimitAppliesToModules() throws {
        let lua = try LuaFixture(modules: ["m": "return " + Self.many("x or ", 3001) + "x"])
        #expect(try lua.error(of: "require 'm'").message == Self.message)
    }
}
