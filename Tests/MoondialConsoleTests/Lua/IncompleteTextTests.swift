// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

@testable import MoondialConsole

/// `LuaCompleteness`, which needs no Lua state, agrees with Lua on whether more lines must follow.
struct IncompleteTextTests {
    @Test(arguments: [
        "", "x = 1", "f(", "f(1)", "f(1,\n2", "t = { [1] = {", "if x then", "if x then y() end", "for i = 1, 2 do",
        "repeat",
        "repeat until x", "function f()", "function f() end", "while x do if y then end", "x = [[", "x = [[a]",
        "x = [[a\nb]]", "x = [==[\n]] ]=]", "x = [==[ ]==]", "--[[ a", "--[[ a\nb", "--[[ a ]]", "--[=[ ]]",
        "--[=[ ]=]", "-- [[ a", "--a", "x = \"a\\\n", "x = \"a\\", "x = \"a\\z  ", "x = \"a\\z\n  ", "x = \"a\\\nb\"",
        "x = 'a\\\n", "x = \"(\"", "x = '[['", "x = \"--[[\"", "--[[ \" ]]", "x = [[ -- ]]", "x = \"it's\"",
        "x =", "x = 1 +", "x, y", "x, y =", "x = y,", "x ..", "x = #", "x = -", "x = ~", "not", "x = not", "a and",
        "a or",
        "a.", "a:", "a.b", "local", "local x", "local x <", "local x <const>", "local x <close> =",
        "local function", "local function f", "return", "return x,", "goto", "goto x", "::x::", "break", "f{",
        "while", "while x", "while x do end", "for", "for i", "for i = 1, 3", "for k, v in", "for k, v in pairs(t)",
        "for i = 1, 3 do end", "repeat until", "repeat while x do end until", "if", "if x", "if x then else",
        "x = 1 -- +",
        "x = function", "x = function()", "x = function() end", "a <", "a < b", "a >", "a > b", "a ==", "x = {} ;",
        "...",
        "x = ...", "x = '\\\r\n", "x = '\r",
    ])
    func completenessWithoutLuaAgreesWithLua(text: String) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let expected = try await loop.submit {
            let client = VerificationClient(
                transport: InProcessTransport(simulator: Simulator(), eventLoop: loop), host: "simulator",
                credentials: .documentedExample, eventLoop: loop)
            let scripts = try ScriptHost(
                rules: .none, settings: RuleEngine.Settings(wallClock: { 0 }), attempts: client, eventLoop: loop,
                isPrompt: true)
            return scripts.isIncomplete(text)
        }.get()
        #expect(LuaCompleteness.isIncomplete(Array(text.utf8)) == expected)
    }
}
