// SPDX-License-Identifier: MIT

import Testing

/// Jumps out of blocks close the variables that they leave, in cases that the compiler of stock Lua gets wrong.
@Suite struct RepairTests {
    /// `closing(name)` is a value to close, which notes that in `log`; `said()` is what was noted.
    private static let prelude = """
        local log = {}
        local function closing(name)
          return setmetatable({}, {__close = function(_, e) log[#log + 1] = name .. (e and '!' .. e or '') end})
        end
        local function said() tostring({}) return table.concat(log, ' ') end

        """

    /// `break` in a `for`, which Lua 5.4.4 compiles wrongly.
    static let breaks: [Script] = [
        Script(
            "a captured variable", "for k in next, {1}, nil, closing 'a' do local function f() return k end break end",
            "a"),
        Script(
            "a captured local",
            "for k in next, {1}, nil, closing 'a' do local l = k local function f() return l end break end", "a"),
        Script(
            "a variable to close",
            "for k in next, {1}, nil, closing 'a' do local l <close> = closing 'b' break end", "b a"),
        Script(
            "the loop never begins",
            "for k in next, {}, nil, closing 'a' do local function f() return k end break end", "a"),
        Script(
            "the loop ends without break",
            """
            for k in next, {1}, nil, closing 'a' do local function f() return k end if f() == 2 then break end end
            """, "a"),
        Script(
            "the second round",
            """
            for k in next, {1, 2}, nil, closing 'a' do local function f() return k end if k == 2 then break end end
            """, "a"),
        Script(
            "two in one loop",
            """
            for k in next, {1}, nil, closing 'a' do
              local function f() return k end
              if k == 2 then break elseif k == 1 then local x <close> = closing 'b' break end
            end
            """, "b a"),
        Script(
            "many loop variables",
            "for a, b, c, d, e, f in next, {1}, nil, closing 'a' do local function g() return f end break end", "a"),
        Script(
            "loops in loops",
            """
            for i in next, {1, 2}, nil, closing 'a' do
              for j in next, {1, 2}, nil, closing('b' .. i) do
                local function f() return i + j end
                if j == i then break end
              end
              local function g() return i end
              if i == 2 then break end
            end
            """, "b1 b2 a"),
        Script(
            "a repeat in it",
            """
            for i in next, {1, 2}, nil, closing 'a' do
              repeat local x <close> = closing 'b' local function f() return i end if i then break end until x
              local function g() return i end
              break
            end
            """, "b a"),
        Script(
            "a numeric loop in it",
            """
            for i in next, {1}, nil, closing 'a' do
              for j = 1, 3 do local x <close> = closing('b' .. j) local function f() return j end break end
              local function g() return i end
              break
            end
            """, "b1 a"),
        Script(
            "variables around it",
            """
            local a <close> = closing 'outer'
            do
              local b, c, d = 1, 2, 3
              for k in next, {1}, nil, closing 'loop' do local function f() return k + b end break end
              local e <close> = closing 'e'
            end
            log[#log + 1] = 'end'
            """, "loop e end outer"),
        Script(
            "an error in the loop",
            """
            pcall(function()
              for k in next, {1}, nil, closing 'a' do
                local function f() return k end
                if k == 1 then error('e', 0) end
                break
              end
            end)
            """, "a!e"),
        Script(
            "an error behind the loop",
            """
            pcall(function()
              for k in next, {1}, nil, closing 'a' do local function f() return k end break end
              log[#log + 1] = 'behind'
              error('e', 0)
            end)
            """, "a behind"),
        Script(
            "an error in closing",
            """
            local bad = setmetatable({}, {__close = function() log[#log + 1] = 'bad' error('e', 0) end})
            local ok, e = pcall(function()
              for k in next, {1}, nil, bad do local function f() return k end break end
            end)
            log[#log + 1] = e
            """, "bad e"),
        Script(
            "in a function with varargs and upvalues",
            """
            local up = 'up'
            local function f(...)
              for k in next, {...}, nil, closing(up .. select('#', ...)) do
                local function g() up = up .. k return k end
                g()
                break
              end
              return ...
            end
            local results = table.concat({f(7, 8)}, ',') .. up
            log[#log + 1] = results
            """, "up2 7,8up1"),
        Script(
            "in a coroutine",
            """
            local co = coroutine.wrap(function()
              for k in next, {1}, nil, closing 'a' do local function f() return k end coroutine.yield() break end
              coroutine.yield()
              log[#log + 1] = 'end'
            end)
            co() co() co()
            """, "a end"),
    ]

    /// `goto` to a label at the end of a block, past variables of that block.
    static let gotos: [Script] = [
        Script(
            "continue, with a variable to close",
            """
            for i = 1, 3 do
              if i ~= 2 then local x <close> = closing(i) goto continue end
              local a = i
              ::continue::
            end
            """, "1 3"),
        Script(
            "continue, with a captured variable",
            """
            local functions = {}
            for i = 1, 3 do
              do local x = i functions[i] = function() x = x + 10 return x end goto continue end
              local a = 'a'
              ::continue::
            end
            local b, c, d, e, f, g, h = 1, 2, 3, 4, 5, 6, 7
            for i = 1, 3 do log[i] = functions[i]() end
            """, "11 12 13"),
        Script(
            "continue of a while loop",
            """
            local i = 0
            while i < 2 do
              i = i + 1
              do local x <close> = closing(i) goto continue end
              local a <close>, b, c = closing 'never', 1, 2
              ::continue::
            end
            """, "1 2"),
        Script(
            "continue of a generic loop",
            """
            for k in next, {1, 2}, nil, closing 'a' do
              do local x <close> = closing(k) local function f() return k end goto continue end
              local b = 1
              ::continue::
            end
            """, "1 2 a"),
        Script(
            "out of two blocks, to the first of two labels",
            """
            do
              do do local x <close> = closing 'x' local y <close> = closing 'y' goto out end end
              local a, b, c = 1, 2, 3
              ::out:: ; ::more::
            end
            log[#log + 1] = 'end'
            """, "y x end"),
        Script(
            "blocks that end together",
            """
            do
              local a <close> = closing 'a'
              do
                local b <close> = closing 'b'
                do
                  do local x <close> = closing 'x' goto out end
                  local c <close> = closing 'never'
                  ::out::
                end
              end
            end
            """, "x b a"),
        Script(
            "past the label",
            """
            for i = 1, 2 do
              if i == 1 then local x <close> = closing 'x' goto continue end
              local a <close> = closing 'a'
              local b <const> = 5
              local c <close> = closing 'c'
              ::continue::
            end
            """, "x c a"),
        Script(
            "at the end of a function",
            """
            local function f()
              do local x <close> = closing 'x' goto out end
              local a = 1
              ::out::
            end
            f()
            log[#log + 1] = 'end'
            """, "x end"),
        Script(
            "out of loops, to a label in the middle",
            """
            for _ = 1, 2 do
              for k in next, {1}, nil, closing 'a' do local function f() return k end goto out end
            end
            ::out::
            log[#log + 1] = 'end'
            """, "a end"),
        Script(
            "backwards",
            """
            local n = 0
            ::again::
            n = n + 1
            do local x <close> = closing(n) local function f() return n end if n < 3 then goto again end end
            """, "1 2 3"),
    ]

    @Test(arguments: breaks + gotos)
    func variablesLeftByAJumpAreClosedOnce(_ script: Script) throws {
        let body = "do \(script.text) end return said()"
        #expect(try shown(LuaFixture().run(Self.prelude + body)) == script.expected)
        // The same in a function that `load` makes.
        let loaded = "return assert(load([==[\(Self.prelude) \(body)]==], '=x'))()"
        #expect(try shown(LuaFixture().run(loaded)) == script.expected)
    }

    /// Instructions with more constants than fit into them have an argument of their own.
    @Test(arguments: [10, 300, 14000])
    func chunksWithManyConstantsAreRepaired(_ count: Int) throws {
        let values = (0..<count).map { "'\($0)'" }.joined(separator: ",")
        let text =
            Self.prelude + """
                local t = {\(values)}
                for k in next, {1}, nil, closing 'a' do local function f() return k .. t[#t] end break end
                local x = {field_of_many = {k = 'last', [1.5] = #t}}
                return said(), #t, t[1], t[#t], x.field_of_many.k, x.field_of_many[1.5], 2^53, -0.0, 1 << 62
                """
        let expected = "a \(count) 0 \(count - 1) last \(count) 9007199254740992.0 -0.0 \(1 << 62)"
        #expect(try shown(LuaFixture().run(text)) == expected)
    }

    @Test func modulesAreRepaired() throws {
        let text =
            Self.prelude + """
                for k in next, {1}, nil, closing 'a' do local function f() return k end break end
                return said()
                """
        let lua = try LuaFixture(modules: ["m": text])
        #expect(try shown(lua.run("return require 'm'")) == "a")
    }
}
