// SPDX-License-Identifier: MIT

import Testing

/// Apart from waiting, the coroutine library behaves like the stock one, including the texts of errors.
@Suite struct CoroutineLibraryTests {
    static let scripts: [Script] = [
        Script("status of a new one", "return coroutine.status(coroutine.create(print))", "suspended"),
        Script(
            "status of a running one",
            "local co co = coroutine.create(function() return coroutine.status(co) end) return coroutine.resume(co)",
            "true running"),
        Script(
            "status of a suspended one",
            "local co = coroutine.create(coroutine.yield) coroutine.resume(co) return coroutine.status(co)",
            "suspended"),
        Script(
            "status of a normal one",
            """
            local outer
            outer = coroutine.create(function()
              return coroutine.wrap(function() return coroutine.status(outer) end)()
            end)
            return coroutine.resume(outer)
            """, "true normal"),
        Script(
            "status of a dead one",
            "local co = coroutine.create(function() end) coroutine.resume(co) return coroutine.status(co)", "dead"),
        Script(
            "status after an error",
            "local co = coroutine.create(error) coroutine.resume(co) return coroutine.status(co)", "dead"),

        Script("isyieldable in the main thread", "return coroutine.isyieldable()", "false"),
        Script("isyieldable in a coroutine", "return coroutine.wrap(coroutine.isyieldable)()", "true"),
        Script(
            "isyieldable in a comparator in a coroutine",
            """
            return coroutine.wrap(function() local r
              table.sort({2, 1}, function() r = coroutine.isyieldable() end) return r end)()
            """, "false"),
        Script("isyieldable of another", "return coroutine.isyieldable(coroutine.create(print))", "true"),
        Script(
            "isyieldable of a string", "return pcall(coroutine.isyieldable, 'x')",
            "false bad argument #1 to 'coroutine.isyieldable' (thread expected, got string)"),
        Script("running in the main thread", "return coroutine.running()", "thread true"),
        Script("running in a coroutine", "return coroutine.wrap(coroutine.running)()", "thread false"),
        Script(
            "running is the coroutine",
            """
            local co
            co = coroutine.create(function() return co == coroutine.running() end)
            return coroutine.resume(co)
            """,
            "true true"),

        Script(
            "yield in the main thread", "return pcall(coroutine.yield, 1)",
            "false attempt to yield from outside a coroutine"),
        Script(
            "yield in a comparator",
            "return coroutine.wrap(function() return pcall(table.sort, {2, 1}, coroutine.yield) end)()",
            "false attempt to yield across a C-call boundary"),
        Script(
            "yield across pcall",
            """
            local co = coroutine.wrap(function() return pcall(function() error(coroutine.yield(1), 0) end) end)
            return co(), co('e')
            """, "1 false e"),
        Script(
            "yield in a metamethod",
            """
            local co = coroutine.wrap(function()
              return setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end}).key
            end)
            return co(), co('value')
            """, "key value"),
        Script(
            "yield in an iterator",
            """
            local co = coroutine.wrap(function() for k in coroutine.yield do return k end end)
            co() return co('k')
            """, "k"),
        Script(
            "yield in __close",
            """
            local co = coroutine.wrap(function()
              do local x <close> = setmetatable({}, {__close = function() coroutine.yield('closing') end}) end
              return 'end'
            end)
            return co(), co()
            """, "closing end"),
        Script(
            "arguments and results",
            """
            local co = coroutine.create(function(...)
              local a, b = coroutine.yield(select('#', ...), ...)
              return a, b, nil
            end)
            local r = table.pack(coroutine.resume(co, 1, nil))
            local s = table.pack(coroutine.resume(co, 2, 3, 4))
            return r.n, r[2], s.n, s[2], s[3]
            """, "4 2 4 2 3"),
        Script(
            "many arguments",
            """
            local co = coroutine.create(function(...) return ... end)
            return select('#', coroutine.resume(co, table.unpack({}, 1, 5000)))
            """,
            "5001"),
        Script(
            "resume a dead one",
            "local co = coroutine.create(function() end) coroutine.resume(co) return coroutine.resume(co)",
            "false cannot resume dead coroutine"),
        Script(
            "resume itself",
            "return coroutine.wrap(function() return coroutine.resume(coroutine.running()) end)()",
            "false cannot resume non-suspended coroutine"),
        Script(
            "resume the main thread",
            "local m = coroutine.running() return coroutine.wrap(function() return coroutine.resume(m) end)()",
            "false cannot resume non-suspended coroutine"),
        Script(
            "resume in resume",
            "local co co = coroutine.create(function() return coroutine.resume(co) end) return coroutine.resume(co)",
            "true false cannot resume non-suspended coroutine"),
        Script(
            "resume nil", "return pcall(coroutine.resume)",
            "false bad argument #1 to 'coroutine.resume' (thread expected, got no value)"),
        Script(
            "resume a function", "return pcall(function() coroutine.resume(print) end)",
            "false test.lua:1: bad argument #1 to 'resume' (thread expected, got function)"),
        Script(
            "an error value passes resume", "return coroutine.resume(coroutine.create(function() error({}) end))",
            "false table"),
        Script(
            "an error's position in resume",
            "return coroutine.resume(coroutine.create(function() error('x') end))",
            "false test.lua:1: x"),
        Script(
            "create without a function", "return pcall(coroutine.create)",
            "false bad argument #1 to 'coroutine.create' (function expected, got no value)"),

        Script("wrap returns values", "return coroutine.wrap(function(...) return ... end)(1, nil, 3)", "1 nil 3"),
        Script(
            "wrap a dead one", "local f = coroutine.wrap(function() end) f() return pcall(f)",
            "false cannot resume dead coroutine"),
        Script(
            "wrap a dead one, position",
            "local f = coroutine.wrap(function() end) f()\nreturn pcall(function() f() end)",
            "false test.lua:2: cannot resume dead coroutine"),
        Script(
            "wrap itself", "local f f = coroutine.wrap(function() f() end) return pcall(f)",
            "false test.lua:1: cannot resume non-suspended coroutine"),
        Script(
            "an error's position in wrap",
            "local f = coroutine.wrap(function()\nerror('x') end)\nreturn pcall(function() f() end)",
            "false test.lua:3: test.lua:2: x"),
        Script(
            "an error's position in nested wraps",
            """
            return pcall(function()
            coroutine.wrap(function()
            coroutine.wrap(function()
            error('x') end)() end)() end)
            """,
            "false test.lua:2: test.lua:3: test.lua:4: x"),
        Script("an error value in wrap", "return pcall(coroutine.wrap(function() error(42, 0) end))", "false 42"),
        Script(
            "an error in wrap closes",
            """
            local log
            pcall(coroutine.wrap(function()
              local x <close> = setmetatable({}, {__close = function(_, e) log = e end})
              error('x', 0)
            end))
            return log
            """,
            "x"),
        Script(
            "an error in resume does not close",
            """
            local log = 'open'
            local co = coroutine.create(function()
              local x <close> = setmetatable({}, {__close = function(_, e) log = e end})
              error('x', 0)
            end)
            coroutine.resume(co)
            local before = log
            return before, coroutine.close(co), log
            """,
            "open false x"),

        Script(
            "close a new one",
            "local co = coroutine.create(print) return coroutine.close(co), coroutine.status(co)",
            "true dead"),
        Script(
            "close a suspended one",
            """
            local co = coroutine.create(coroutine.yield)
            coroutine.resume(co)
            return coroutine.close(co), coroutine.status(co), coroutine.resume(co)
            """,
            "true dead false cannot resume dead coroutine"),
        Script(
            "close after an error",
            "local co = coroutine.create(error) coroutine.resume(co, 'e') return coroutine.close(co)",
            "false e"),
        Script(
            "close after an error, twice",
            """
            local co = coroutine.create(error)
            coroutine.resume(co, 'e')
            coroutine.close(co)
            return coroutine.close(co)
            """,
            "true"),
        Script(
            "close with an error in a handler",
            """
            local co = coroutine.create(function()
              local x <close> = setmetatable({}, {__close = function() error('c', 0) end})
              coroutine.yield()
            end)
            coroutine.resume(co)
            return coroutine.close(co)
            """,
            "false c"),
        Script(
            "close itself", "return pcall(coroutine.wrap(function() coroutine.close(coroutine.running()) end))",
            "false test.lua:1: cannot close a running coroutine"),
        Script(
            "close a normal one",
            """
            local co
            co = coroutine.create(function()
              return coroutine.wrap(function() return pcall(coroutine.close, co) end)()
            end)
            return coroutine.resume(co)
            """,
            "true false cannot close a normal coroutine"),
        Script(
            "close the main thread", "local m = coroutine.running() return pcall(coroutine.close, m)",
            "false cannot close a running coroutine"),
        Script(
            "close the main thread from a coroutine",
            "local m = coroutine.running() return coroutine.wrap(function() return pcall(coroutine.close, m) end)()",
            "false cannot close a normal coroutine"),
        Script(
            "a yielding handler in close",
            """
            local co = coroutine.create(function()
              local x <close> = setmetatable({}, {__close = function() coroutine.yield() end})
              coroutine.yield()
            end)
            coroutine.resume(co)
            return coroutine.close(co)
            """,
            "false attempt to yield across a C-call boundary"),
        Script(
            "deep nesting",
            """
            local function f()
              local ok, e = coroutine.resume(coroutine.create(f))
              if not ok then error(e, 0) end
            end
            return pcall(f)
            """,
            "false C stack overflow"),
        Script(
            "names of functions",
            "local t = {} for k in pairs(coroutine) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')",
            "close create isyieldable resume running status wrap yield"),
    ]

    @Test(arguments: scripts)
    func coroutineLibraryFollowsTheManual(_ script: Script) throws {
        let result = try shown(LuaFixture().run(script.text))
        #expect(result == script.expected)
    }

    @Test(arguments: scripts)
    func stockLuaGivesTheExpectedResult(_ script: Script) throws {
        let result = try StockLua.run(script.text)
        #expect(result == script.expected)
    }
}
