// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Every raised value becomes a bounded message that is safe to print.
@Suite struct ErrorValueTests {
    static let scripts: [Script] = [
        Script("a string", "error('text', 0)", "text"),
        Script("an empty string", "error('', 0)", ""),
        Script("an integer", "error(-42, 0)", "-42"),
        Script("a float", "error(1.5, 0)", "1.5"),
        Script("nil", "error()", "error object is a nil value"),
        Script("false", "error(false)", "error object is a boolean value"),
        Script("an empty table", "error({})", "error object is a table value"),
        Script("a table", "error({code = 1})", "error object is a table value: code = 1"),
        Script("a list", "error({'a', 2, true})", "error object is a table value: \"a\", 2, true"),
        Script("a table with a message", "error({message = 'quota used up'})", "quota used up"),
        Script(
            "a table with a message and more", "error({code = 7, message = 'quota used up', at = 'x'})",
            "quota used up (at = \"x\", code = 7)"),
        Script("a number for a message", "error({message = 12})", "12"),
        Script("a table for a message", "error({message = {message = {message = 'deep'}}})", "deep"),
        Script(
            "a message that is itself", "local e = {} e.message = e error(e)",
            "error object is a table value: message = a table"),
        Script(
            "values that cannot be shown", "error({f = print, t = {}, s = ('x'):rep(300)})",
            "error object is a table value: f = a function, s = \"\(String(repeating: "x", count: 200))…\", t = a table"
        ),
        Script(
            "metamethods", "error(setmetatable({}, {__index = function() note('ran') return 'x' end}))",
            "error object is a table value"),
        Script("a function", "error(print)", "error object is a function value"),
        Script("a coroutine", "error(coroutine.create(print))", "error object is a thread value"),
        Script("a named table", "error(setmetatable({}, {__name = 'My.Error'}))", "error object is a My.Error value"),
        Script("a name that is no string", "error(setmetatable({}, {__name = {}}))", "error object is a table value"),
        Script(
            "a table with __tostring", "error(setmetatable({}, {__tostring = function() return 'shown' end}))", "shown"),
        Script(
            "a nested error with __tostring",
            """
            local mt = {__tostring = function(e) return 'outer: ' .. tostring(e.inner) end}
            error(setmetatable({inner = setmetatable({inner = 'root'}, mt)}, mt))
            """, "outer: outer: root"),
        Script(
            "a table whose __tostring raises",
            "error(setmetatable({}, {__tostring = function() error('again') end}))", "error object is a table value"),
        Script(
            "a table whose __tostring gives no string",
            "error(setmetatable({message = 'plain'}, {__tostring = function() return 5 end}))", "plain"),
        Script(
            "a table whose __tostring waits",
            "error(setmetatable({message = 'plain'}, {__tostring = function() return verify() end}))", "plain"),
        Script(
            "a table whose __tostring yields",
            "error(setmetatable({message = 'plain'}, {__tostring = coroutine.yield}))", "plain"),
        Script(
            "raised in a coroutine",
            "coroutine.wrap(function() error(setmetatable({}, {__tostring = function() return 'shown' end})) end)()",
            "shown"),
        Script("a named table with a message", "error(setmetatable({message = 'x'}, {__name = 'My.Error'}))", "x"),
        Script("control characters", "error('a\\27[31m\\n\\0b', 0)", "a\\u{1B}[31m\\n\\u{0}b"),
        Script("invalid UTF-8", "error('a\\xFFb', 0)", "a\\xFFb"),
        Script("other scripts", "error('中文', 0)", "中文"),
        Script("a text direction override", "error('a\\u{202E}b', 0)", "a\\u{202E}b"),
        Script("Lua's own memory message", "error('not enough memory', 0)", "not enough memory"),
    ]

    @Test(arguments: scripts)
    func errorValueBecomesAMessage(_ script: Script) throws {
        let lua = try LuaFixture()
        let error = try lua.error(of: script.text)
        #expect(error.message == script.expected)
        #expect(error.code == .runtime)
        #expect(lua.journal.notes.isEmpty)
    }

    @Test func timeForTheTextOfAnErrorCountsForItsRun() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(20)
        let thread = try lua.vm.makeThread(meter: meter)
        let text = "error(setmetatable({}, {__tostring = function() while true do end end}))"
        #expect(thread.start(try lua.load(text)).error?.code == .cpuTime)
        #expect(thread.start(try lua.load("return 1")).error?.code == .cpuTime)
        meter.reset()
        meter.cpuLimit = nil
        #expect(thread.start(try lua.load("return 1")).values == [1])
        thread.close()
        #expect(try shown(lua.run("return 2")) == "2")
    }

    @Test func hugeErrorTablesAreCut() throws {
        let many = "local t = {} for i = 1, 100000 do t['k' .. i] = ('x'):rep(1000) end"
        for text in ["\(many) error(t)", "\(many) t.message = ('y'):rep(100000) error(t)"] {
            #expect(try LuaFixture().error(of: text).message.utf8.count < 20_000)
        }
    }

    @Test func hugeMessagesAreCut() throws {
        #expect(try LuaFixture().error(of: "error(('x'):rep(1e7), 0)").message.utf8.count == 8192)
        #expect(
            try LuaFixture().error(of: "error(setmetatable({}, {__name = ('x'):rep(1e6)}))").message.utf8.count
                == "error object is a  value".utf8.count + 200)
    }

    @Test func scriptsGetErrorValuesUnchanged() throws {
        let text = """
            local value = setmetatable({}, {__tostring = function() return 'shown' end})
            local ok, e = pcall(error, value)
            return ok, e == value, tostring(e), select('#', pcall(error)), select(2, pcall(error, nil))
            """
        #expect(try shown(LuaFixture().run(text)) == "false true shown 2 nil")
    }
}

/// Endless recursion ends in an error on the threads that run Lua.
@Suite struct RecursionTests {
    static let scripts: [Script] = [
        Script("Lua functions", "local function f() return f() + 1 end f()", "stack overflow"),
        Script("string.gsub", "local function f() ('x'):gsub('x', f) end f()", "C stack overflow"),
        Script("table.sort", "local function f() table.sort({1, 2, 3}, f) end f()", "C stack overflow"),
        Script(
            "__index", "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) t[1] = t[1]",
            "C stack overflow"),
        Script(
            "__concat",
            "local mt = {} mt.__concat = function(a, b) return a .. b end return setmetatable({}, mt) .. 'x'",
            "C stack overflow"),
        Script(
            "__tostring", "local mt = {} mt.__tostring = tostring tostring(setmetatable({}, mt))", "C stack overflow"),
        Script(
            "string.format",
            "local mt = {} mt.__tostring = function(s) return ('%s'):format(s) end tostring(setmetatable({}, mt))",
            "C stack overflow"),
        Script(
            "print", "local mt = {} mt.__tostring = function(s) print(s) end print(setmetatable({}, mt))",
            "C stack overflow"),
        Script(
            "pcall", "local function f() local ok, e = pcall(f) if not ok then error(e, 0) end end f()",
            "C stack overflow"),
        Script(
            "coroutine.resume",
            """
            local function f() local ok, e = coroutine.resume(coroutine.create(f)) if not ok then error(e, 0) end end
            f()
            """,
            "C stack overflow"),
        Script(
            "coroutine.wrap", "local function f() coroutine.wrap(function() ('x'):gsub('x', f) end)() end f()",
            "C stack overflow"),
        Script(
            "__close", "local mt = {} local function f() local x <close> = setmetatable({}, mt) end mt.__close = f f()",
            "C stack overflow"),
        Script("parentheses", "assert(load('return ' .. ('('):rep(1e5)))", "C stack overflow"),
        Script("tables", "assert(load('return ' .. ('{'):rep(1e5)))", "C stack overflow"),
        Script("functions", "assert(load(('return function() '):rep(5000)))", "C stack overflow"),
        Script("patterns", "return (('x'):rep(1e5)):match(('x?'):rep(1e5))", "pattern too complex"),
    ]

    /// Darwin gives threads other than the main one 512 KiB; NIO asks for the system's default, 8 MiB on Linux.
    @Test(arguments: scripts)
    func recursionEndsInAnErrorOnASmallStack(_ script: Script) throws {
        let result = try onThread(stackSize: 512 * 1024) { try LuaFixture().error(of: script.text).message }
        #expect(result.hasSuffix(script.expected), "\(result)")
    }

    @Test func chainsOfCloseHandlersFitTheStackOfAnEventLoop() throws {
        // Each closing handler uses up its count of C calls before it closes the next coroutine.
        let text = """
            local co, depth = nil, 0
            local function sink(n, f) if n == 0 then return f() end ('x'):gsub('x', function() sink(n - 1, f) end) end
            for i = 1, 1000 do
              local next = co
              co = coroutine.create(function()
                local own <close> = setmetatable({}, {__close = function()
                  depth = depth + 1
                  if next then sink(90, function() pcall(coroutine.close, next) end) end
                end})
                coroutine.yield()
              end)
              coroutine.resume(co)
            end
            return coroutine.close(co), depth
            """
        let result = try onThread(stackSize: 8 * 1024 * 1024) { try shown(LuaFixture().run(text)) }
        #expect(result == "true 10")
    }
}
