// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Wherever Lua can yield, scripts cannot tell a function that waits from one that does not.
@Suite struct WaitingTests {
    /// `verify` returns its arguments.
    static let scripts: [Script] = [
        Script("called directly", "return verify(1, nil, 'a')", "1 nil a"),
        Script("several times in a row", "local t = {} for i = 1, 5 do t[i] = verify(i) end return #t, t[5]", "5 5"),
        Script("as an argument", "return select('#', verify(verify(1), verify(2, 3)))", "3"),
        Script("as a tail call", "local function f() return verify('tail') end return f()", "tail"),
        Script("from the main chunk's arguments", "local a, b = ... return verify(a, b)", "nil nil"),
        Script("with many values", "return select('#', verify(table.unpack({}, 1, 200)))", "200"),

        Script("in pcall", "return pcall(verify, 1, 2)", "true 1 2"),
        Script("in pcall, an error after", "return pcall(function() verify() error('x', 0) end)", "false x"),
        Script("in xpcall", "return xpcall(verify, print, 1, 2)", "true 1 2"),
        Script(
            "in xpcall, an error after",
            "return xpcall(function() verify() error('x', 0) end, function(e) return e .. '!' end)", "false x!"),
        Script(
            "in a pcall in a coroutine in a pcall",
            """
            return pcall(function()
              local co = coroutine.wrap(function()
                local ok, e = pcall(function() verify() error('inner', 0) end)
                coroutine.yield(ok, e)
                return pcall(verify, 'again')
              end)
              local ok, e = co()
              return ok, e, co()
            end)
            """, "true false inner true again"),

        Script("in coroutine.wrap", "return coroutine.wrap(verify)(1, 2)", "1 2"),
        Script("in coroutine.resume", "return coroutine.resume(coroutine.create(verify), 1, 2)", "true 1 2"),
        Script(
            "in a coroutine, an error after",
            "return coroutine.resume(coroutine.create(function() verify() error('x', 0) end))", "false x"),
        Script(
            "in a wrapped coroutine, an error after",
            "return pcall(coroutine.wrap(function() verify() error({}) end))", "false table"),
        Script(
            "among yields",
            """
            local co = coroutine.create(function(a)
              local b = coroutine.yield(verify(a))
              local c = verify(b)
              local d = coroutine.yield(c)
              return verify(d), 'end'
            end)
            local t = {}
            for i, v in ipairs {1, 2, 3} do
              local _, r = coroutine.resume(co, v)
              t[i] = r
            end
            return t[1], t[2], t[3], coroutine.status(co)
            """, "1 2 3 dead"),
        Script(
            "in an iterator made of a coroutine",
            """
            local sum = 0
            for i in coroutine.wrap(function() for i = 1, 4 do coroutine.yield(verify(i)) end end) do
              sum = sum + verify(i)
            end
            return sum
            """, "10"),
        Script(
            "in an iterator function",
            """
            local n = 0
            for i in function(_, i) return verify(i < 3 and i + 1 or nil) end, nil, 0 do n = n + i end
            return n
            """, "6"),
        Script(
            "in __pairs",
            """
            local t = setmetatable({}, {__pairs = function() return next, {b = verify(2)} end})
            for k, v in pairs(t) do return k, v end
            """, "b 2"),

        Script("in __index", "return setmetatable({}, {__index = function(_, k) return verify(k) end}).x", "x"),
        Script(
            "in __newindex",
            """
            local seen
            setmetatable({}, {__newindex = function(_, k, v) seen = verify(k .. v) end}).x = 'y'
            return seen
            """, "xy"),
        Script("in __call", "return setmetatable({}, {__call = function(_, a) return verify(a) end})(7)", "7"),
        Script(
            "in __concat", "return setmetatable({}, {__concat = function(a, b) return verify(b) end}) .. 'r'", "r"),
        Script(
            "in __eq",
            """
            local mt = {__eq = function() return verify(true) end}
            return setmetatable({}, mt) == setmetatable({}, mt)
            """, "true"),
        Script(
            "in __lt",
            """
            local mt = {__lt = function() return verify(false) end}
            return setmetatable({}, mt) < setmetatable({}, mt)
            """, "false"),
        Script(
            "in __le",
            """
            local mt = {__le = function() return verify(true) end}
            return setmetatable({}, mt) <= setmetatable({}, mt)
            """, "true"),
        Script("in __len", "return #setmetatable({}, {__len = function() return verify(9) end})", "9"),
        Script("in __add", "return setmetatable({}, {__add = function(_, b) return verify(b) end}) + 4", "4"),
        Script("in __unm", "return -setmetatable({}, {__unm = function() return verify(5) end})", "5"),
        Script(
            "in __close at the normal end",
            """
            local log = {}
            do
              local x <close> = setmetatable({}, {__close = function(_, e) log[#log + 1] = verify(tostring(e)) end})
            end
            return log[1]
            """, "nil"),
        Script(
            "in __close at return",
            """
            local log = {}
            local function f()
              local x <close> = setmetatable({}, {__close = function() log[#log + 1] = verify('closed') end})
              return 'value', 2
            end
            local a, b = f()
            return a, b, log[1]
            """, "value 2 closed"),
        Script(
            "in __close at break",
            """
            local log
            for i in pairs {1, 2} do
              local x <close> = setmetatable({}, {__close = function() log = verify(i) end})
              break
            end
            return log
            """, "1"),
        Script(
            "in __close at an error",
            """
            local log = {}
            local ok, e = pcall(function()
              local a <close> = setmetatable({}, {__close = function(_, e) log[#log + 1] = verify('a' .. e) end})
              local b <close> = setmetatable({}, {__close = function(_, e) log[#log + 1] = verify('b' .. e) end})
              error('x', 0)
            end)
            return ok, e, table.concat(log, ' ')
            """, "false x bx ax"),
        Script(
            "in the closing value of a for loop",
            """
            local log
            local function f()
              for i in function(_, i) return not i and 1 or nil end, nil, nil,
                setmetatable({}, {__close = function() log = verify('closed') end}) do end
              return log
            end
            return f()
            """, "closed"),
        Script(
            "in an xpcall handler",
            "return xpcall(error, function(e) return verify(e .. '!') end, 'x')", "false x!"),
        Script(
            "in a loaded chunk", "return load('return verify(...)')('loaded')", "loaded"),
    ]

    @Test(arguments: scripts)
    func scriptDoesNotNoticeAWait(_ script: Script) throws {
        let lua = try LuaFixture()
        let result = try shown(lua.run(script.text))
        #expect(result == script.expected)
        #expect(lua.journal.verified > 0)
    }

    @Test(arguments: scripts)
    func stockLuaGivesTheSameResultWithoutWaiting(_ script: Script) throws {
        let result = try StockLua.run(script.text, prelude: "function verify(...) return ... end")
        #expect(result == script.expected)
    }

    @Test(arguments: scripts)
    func errorReplyCanBeCaught(_ script: Script) throws {
        let lua = try LuaFixture()
        let text = "local real = verify verify = function(...) assert(not pcall(real)) return ... end " + script.text
        let result = try shown(lua.run(text) { _ in .error("refused") })
        #expect(result == script.expected)
    }

    @Test(arguments: 1...10, [true, false])
    func waitWorksInNestedCoroutines(_ depth: Int, wrapped: Bool) throws {
        let lua = try LuaFixture()
        let text = """
            local function nest(n, ...)
              if n == 0 then return verify(...) end
              if \(wrapped) then return coroutine.wrap(nest)(n - 1, ...) end
              return select(2, coroutine.resume(coroutine.create(nest), n - 1, ...))
            end
            local a = nest(\(depth), 'first')
            local ok, e = pcall(nest, \(depth), 'second')
            return a, ok, e, nest(\(depth), 1, 2)
            """
        #expect(try shown(lua.run(text)) == "first true second 1 2")
        #expect(lua.journal.verified == 3)
    }

    @Test(arguments: 1...10)
    func errorReplyPassesThroughNestedCoroutines(_ depth: Int) throws {
        let lua = try LuaFixture()
        let text = """
            local function nest(n)
              if n == 0 then return verify() end
              local ok, e = coroutine.resume(coroutine.create(nest), n - 1)
              if not ok then error(e, 0) end
            end
            return pcall(nest, \(depth))
            """
        #expect(try shown(lua.run(text) { _ in .error("refused") }) == "false test.lua:2: refused")
    }

    @Test func errorReplyHasThePlaceOfTheCall() throws {
        let lua = try LuaFixture()
        let (thread, outcome) = try lua.start("local a = 1\nverify(a)\n")
        try #require(outcome.isWaiting)
        let error = lua.journal.waits.removeLast().end(with: .error("refused"))?.error
        #expect(error?.description == "test.lua:2: refused")
        #expect(error?.sourceLine == "verify(a)")
        thread.close()
    }

    @Test func hostKnowsTheLineOfAWait() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start("local co = coroutine.wrap(function()\n  verify()\nend)\nco()")
        #expect(lua.journal.waits.first?.site?.description == "test.lua:2")
        thread.close()
    }

    @Test func argumentsAndContextBelongToTheCallingThread() throws {
        final class Run {}
        let lua = try LuaFixture()
        let function = try lua.load("verify(...)")
        let runs = [Run(), Run()]
        let threads = try runs.map { try lua.vm.makeThread(context: $0) }
        for (number, thread) in threads.enumerated() {
            #expect(thread.start(function) { $0.write(Int64(number)) }.isWaiting)
        }
        for (number, wait) in lua.journal.waits.enumerated() {
            #expect(wait.arguments == [.integer(Int64(number))])
            #expect(wait.thread.context === runs[number])
        }
        threads.forEach { $0.close() }
    }
}
