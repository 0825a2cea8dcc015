// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import Testing

/// A repaired chunk otherwise behaves like the original.
@Suite struct RepairedChunkTests {
    private static let broken =
        " local function broken(f, c) for k in f, 1, 2, c do local function g() return k end break end end"

    static let scripts: [String] = [
        "return 1, 1.5, -0.0, 1/0, 'text', '\\0\\255', nil, true, false, ('x'):rep(300)",
        "return ...",
        "local a, b = ... return select('#', ...), a, b",
        "x = 5 return x, _ENV == _G, _G.x",
        "local _ENV = {y = 1} return y, z",
        "local function f(n) if n == 0 then return 0 end return n + f(n - 1) end return f(100)",
        "local t = {1, 2, [3] = 3, n = {m = 4}} t.n.m = t.n.m + 1 return #t, t.n.m, t[3]",
        "local s = 0 for i = 10, 1, -3 do s = s + i end for i = 1.0, 2, 0.25 do s = s + i end return s",
        "local t = {} for i = 1, 5 do t[i] = function() i = i + 1 return i end end return t[1](), t[1](), t[5]()",
        "local i = 0 while true do i = i + 1 if i > 5 then break end end return i",
        "local i = 0 repeat local j = i i = i + 1 until j >= 3 return i",
        "local i = 1 ::top:: if i < 4 then i = i * 2 goto top end return i",
        "return (function(a, b, ...) local c <const> = 7 return a, b, c, ... end)(1, 2, 3, 4)",
        "return ('%d %s'):format(3, 'x'), #'abc', 'a' .. 1 .. 2.5, 7 // 2, 7 % -3, 2 ^ 3, ~5, 5 ~ 3, 1 << 4, 256 >> 4",
        "return not nil, 1 < 2, 'a' <= 'b', 1 == 1.0, 3 and 4 or 5, nil or false",
        "return coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end)(4)",
        "return pcall(function()\n local t\n return t.x.y\nend)",
        "local t = setmetatable({}, {__index = function(_, k) return k .. k end})\nreturn t.ab, t:ab()",
        "error({code = 5})",
        "\n\n local function inner() error('with place') end\n inner()",
        "local x <const> = 5\n\n return x + nil",
        "local a <close> = setmetatable({}, {__close = function() x = 'closed' end}) return x",
    ]

    private func outcome(_ text: String) -> String {
        do {
            return try shown(LuaFixture().run(text, arguments: [1, "two", .null, true]))
        } catch let error as LuaError {
            return "\(error): \(error.traceback.map { "\($0)" })"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: scripts)
    func repairedChunkBehavesLikeTheOriginal(_ text: String) {
        let repaired = "do \(Self.broken) end \(text)"
        let plain = repaired.replacingOccurrences(of: "break end end end", with: "      end end end")
        #expect(repaired != plain)
        #expect(outcome(repaired) == outcome(plain))
    }

    /// Names of variables and lines in messages come from the debug information, which a repair must keep.
    @Test func messagesOfRepairedChunksNameVariables() throws {
        let text = "\(Self.broken)\nlocal up = {}\nlocal function f()\n  local here = up.field\n  here.x = 1\nend\nf()"
        let error = try LuaFixture().error(of: text)
        #expect(error.description == "test.lua:5: attempt to index a nil value (local 'here')")
        let other = try LuaFixture().error(of: "\(Self.broken)\nlocal up\nlocal function f() return up.x end\n\nf()")
        #expect(other.description == "test.lua:3: attempt to index a nil value (upvalue 'up')")
    }

    @Test func repairedChunksUseTheirEnvironment() throws {
        let text = """
            local text = [[\(Self.broken) x = (x or 0) + 1 return x]]
            local env = {x = 41}
            return load(text, 'name', 't', env)(), load(text)(), x, env.x, pcall(load(text, '=n', 't', nil))
            """
        #expect(
            try shown(LuaFixture().run(text)) == "42 1 1 42 false n:1: attempt to index a nil value (upvalue '_ENV')")
    }
}
