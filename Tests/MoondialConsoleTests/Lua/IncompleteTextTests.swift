// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

@testable import MoondialConsole

/// What decides without Lua whether more lines must follow agrees with what Lua says.
struct IncompleteTextTests {
    @Test(arguments: [
        "", "x = 1", "f(", "f(1)", "f(1,\n2", "t = { [1] = {", "if x then", "if x then y() end", "for i = 1, 2 do",
        "repeat",
        "repeat until x", "function f()", "function f() end", "while x do if y then end", "x = [[", "x = [[a]",
        "x = [[a\nb]]", "x = [==[\n]] ]=]", "x = [==[ ]==]", "--[[ a", "--[[ a\nb", "--[[ a ]]", "--[=[ ]]",
        "--[=[ ]=]", "-- [[ a", "--a", "x = \"a\\\n", "x = \"a\\", "x = \"a\\z  ", "x = \"a\\z\n  ", "x = \"a\\\nb\"",
        "x = 'a\\\n", "x = \"(\"", "x = '[['", "x = \"--[[\"", "--[[ \" ]]", "x = [[ -- ]]", "x = \"it's\"",
    ])
    func theFallbackAgreesWithLua(text: String) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let expected = try await loop.submit {
            let client = VerificationClient(
                transport: InProcessTransport(simulator: Simulator(), eventLoop: loop), host: "simulator",
                credentials: .documentedExample, eventLoop: loop)
            var settings = RuleEngine.Settings(wallClock: { 0 })
            settings.mode = .script
            settings.isPrompt = true
            let engine = try RuleEngine(rules: .none, settings: settings, client: client, eventLoop: loop)
            return engine.isIncomplete(text)
        }.get()
        #expect(LuaBlocks.isIncomplete(Array(text.utf8)) == expected)
    }
}
