// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Functions that would run very long in stock Lua, or that the host must be able to stop.
@Suite struct BoundedFunctionTests {
    static let scripts: [Script] = [
        Script("copies of nothing", "return #(''):rep(1 << 62), #(''):rep(math.maxinteger, '')", "0 0"),
        Script(
            "copies with a separator", "return ('ab'):rep(3, ', '), #('x'):rep(3000000, '--'), ('ab'):rep(1, ', ')",
            "ab, ab, ab 8999998 ab"),
        Script("too many copies", "return pcall(string.rep, 'x', 1 << 40)", "false resulting string too large"),
        Script(
            "find across what is searched in one step",
            "local s = ('a'):rep(65530) .. 'needle' .. ('a'):rep(99) return s:find('needle', 1, true)",
            "65531 65536"),
        Script(
            "find something long",
            """
            local long = ('ab'):rep(100000) .. 'c'
            return (('ab'):rep(50000) .. long):find(long, 1, true), long:find(long .. 'd', 1, true)
            """, "100001 nil"),
        Script(
            "a comparator that is no order",
            "local t = {} for i = 1, 100 do t[i] = i end return pcall(table.sort, t, function() return true end)",
            "false invalid order function for sorting"),
        Script(
            "a comparator that fails loses no value",
            """
            local t, sum, calls = {}, 0, 0
            for i = 1, 200 do t[i] = i * 7919 % 200 end
            for limit = 1, 1500, 7 do
              calls = 0
              pcall(table.sort, t, function(a, b)
                calls = calls + 1
                if calls > limit then error('x') end
                return a > b == (limit % 2 == 0)
              end)
            end
            for i = 1, 200 do sum = sum + t[i] end
            return sum
            """, "19900"),
        Script(
            "sorting what defeats a pivot in the middle",
            """
            local t = {}
            for i = 1, 20000 do t[i] = i % 2 == 0 and i or 20001 - i end
            local calls = 0
            table.sort(t, function(a, b) calls = calls + 1 return a < b end)
            for i = 2, #t do assert(t[i - 1] <= t[i]) end
            return calls < 1000000
            """, "true"),
        Script(
            "a chunk that is too large", "return load(('x'):rep(131073))",
            "nil chunk is too large (131073 bytes, more than the 131072 of limits.source_bytes)"),
        Script(
            "pieces that never end", "return load(function() return (' '):rep(1000) end)",
            "nil chunk is too large (132000 bytes, more than the 131072 of limits.source_bytes)"),
        Script(
            "pieces are complete before they are compiled",
            "local n = 0 return load(function() n = n + 1 return n < 5 and ')' or nil end) == nil, n", "true 5"),
    ]

    @Test(arguments: scripts)
    func boundedFunctionEndsWithItsResult(_ script: Script) throws {
        #expect(try shown(LuaFixture().run(script.text)) == script.expected)
    }

    @Test func sourceLimitAppliesToTheHostToo() throws {
        let lua = try LuaFixture(modules: ["large": String(repeating: " ", count: 131_073)])
        let expected = "chunk is too large (131073 bytes, more than the 131072 of limits.source_bytes)"
        #expect(try lua.error(of: "require 'large'").message.hasSuffix(expected))
        #expect(throws: LuaError(code: .syntax, kind: .sourceTooLarge, message: expected)) {
            try lua.load(String(repeating: " ", count: 131_073))
        }
    }
}
