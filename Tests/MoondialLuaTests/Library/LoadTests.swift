// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Text is loaded, bytecode never.
@Suite struct LoadTests {
    /// The header of a chunk compiled by Lua 5.4.
    private static let bytecode: [UInt8] = [0x1B, 0x4C, 0x75, 0x61, 0x54, 0x00, 0x19, 0x93, 0x0D, 0x0A, 0x1A, 0x0A]

    @Test func hostRefusesBytecode() throws {
        let lua = try LuaFixture()
        do {
            _ = try lua.vm.load(Self.bytecode, name: .file("a.luac"))
            Issue.record("bytecode was loaded")
        } catch {
            #expect(error.code == .syntax)
            #expect(error.message == "attempt to load a binary chunk (mode is 't')")
        }
    }

    static let scripts: [Script] = [
        Script("a string", "return load('return 1 + 1')()", "2"),
        Script(
            "a function in pieces",
            "local p = {'return ', '7'} return load(function() return table.remove(p, 1) end)()", "7"),
        Script("varargs", "return load('return ...')(1, 2)", "1 2"),
        Script("an environment", "local env = {x = 5} return load('return x', 'name', 't', env)()", "5"),
        Script("an environment of nil", "return pcall(load('return x', '=name', 't', nil))", "false name:1: "),
        Script("a syntax error", "return load('return 1 +', '=chunk')", "nil chunk:1: unexpected symbol near <eof>"),
        Script(
            "a syntax error in an unnamed chunk", "return load('x =')",
            "nil [string \"x =\"]:1: unexpected symbol near <eof>"),
        Script("an error in the reader", "return load(function() error('r', 0) end)", "nil r"),
        Script(
            "a reader that returns a number", "return pcall(load, function() return {} end)",
            "true nil reader function must return a string"),
        Script("a table", "return pcall(load, {})", "false bad argument #1 to 'load' (function expected, got table)"),
        Script(
            "a table, with its place", "return pcall(function() load({}) end)",
            "false test.lua:1: bad argument #1 to 'load' (function expected, got table)"),
        Script("mode t", "return load('return 1', 'name', 't')()", "1"),
        Script("mode bt", "return load('return 1', 'name', 'bt')()", "1"),
        Script(
            "deep nesting", "return select(2, load('return ' .. ('('):rep(1000))):match('C stack overflow')",
            "C stack overflow"),
    ]

    @Test(arguments: scripts)
    func textIsLoaded(_ script: Script) throws {
        let result = try shown(LuaFixture().run(script.text))
        #expect(result.hasPrefix(script.expected), "\(result)")
    }

    @Test(arguments: scripts)
    func stockLuaGivesTheExpectedResult(_ script: Script) throws {
        let result = try StockLua.run(script.text)
        #expect(result.hasPrefix(script.expected), "\(result)")
    }

    @Test(arguments: [
        "load(code)", "load(code, 'name', 'bt')", "load(function() local c = code code = nil return c end)",
    ])
    func scriptsCannotLoadBytecode(_ call: String) throws {
        let result = try LuaFixture().run("code = ... return \(call)", arguments: [.string(LuaString(Self.bytecode))])
        #expect(shown(result) == "nil attempt to load a binary chunk (mode is 't')")
    }

    @Test func loadRefusesBinaryMode() throws {
        let result = try LuaFixture().run("return load('return 1', 'name', 'b')")
        #expect(shown(result) == "nil attempt to load a chunk with mode 'b': only text chunks ('t') are loaded")
    }

    @Test func scriptsCannotUseTheNameOfThePrelude() throws {
        let error = try LuaFixture().error(of: "load('error()', '=[moondial prelude]')")
        #expect(error.description == "test.lua:1: bad argument #2 to 'load' (the host uses such names itself)")
    }

    @Test func collectgarbageOnlyCounts() throws {
        let lua = try LuaFixture()
        #expect(try shown(lua.run("local n = collectgarbage('count') return math.type(n), n > 10")) == "float true")
        for option in [
            "", "'collect'", "'stop'", "'restart'", "'step'", "'generational'", "'setpause', 100", "'step', 5",
        ] {
            #expect(try lua.run("return collectgarbage(\(option))") == [0])
        }
        #expect(try lua.run("return collectgarbage('isrunning')") == [true])
        #expect(
            try lua.error(of: "collectgarbage('x')").message
                == "bad argument #1 to 'collectgarbage' (invalid option 'x')")
    }

    @Test func messageHandlerIsCalledAfterCloseHandlers() throws {
        let text = """
            local log = {}
            local ok, e = xpcall(function()
              local x <close> = setmetatable({}, {__close = function() log[#log + 1] = 'closed' end})
              error('x', 0)
            end, function(e) log[#log + 1] = 'handled' return e .. '!' end)
            return ok, e, table.concat(log, ' ')
            """
        #expect(try shown(LuaFixture().run(text)) == "false x! closed handled")
    }
}

/// xpcall behaves like the stock one, except for the moment at which it calls the handler.
@Suite struct MessageHandlerTests {
    static let scripts: [Script] = [
        Script("success", "return xpcall(function(...) return ... end, print, 1, nil)", "true 1 nil"),
        Script("no results", "return select('#', xpcall(function() end, print))", "1"),
        Script(
            "the handler's result replaces the error", "return xpcall(error, function(e) return e .. '!', 2 end, 'x')",
            "false x!"),
        Script("any error value", "return xpcall(error, function(e) return type(e) end, {})", "false table"),
        Script("nil as error value", "return xpcall(error, function(e) return e == nil end)", "false true"),
        Script(
            "a handler that fails", "return xpcall(error, function() error('y', 0) end, 'x')",
            "false error in error handling"),
        Script(
            "a handler that fails once",
            """
            local n = 0
            return xpcall(error, function(e) n = n + 1 if n == 1 then error('y', 0) end return e end, 'x')
            """, "false y"),
        Script(
            "no handler", "return pcall(xpcall, print)",
            "false bad argument #2 to 'xpcall' (function expected, got no value)"),
        Script("nothing to call", "return xpcall(nil, function(e) return e end)", "false attempt to call a nil value"),
        Script("nested", "return xpcall(xpcall, print, error, function(e) return e .. 1 end, 'x')", "true false x1"),
        Script(
            "a stack overflow",
            """
            local function f() return f() + 1 end
            return xpcall(f, function(e) return e:match('stack overflow') end)
            """, "false stack overflow"),
        Script(
            "in a coroutine with yields",
            """
            local co = coroutine.wrap(function()
              return xpcall(function() error(coroutine.yield(1), 0) end, function(e) return e .. '!' end)
            end)
            return co(), co('x')
            """, "1 false x!"),
    ]

    @Test(arguments: scripts)
    func messageHandlerGetsTheError(_ script: Script) throws {
        let result = try shown(LuaFixture().run(script.text))
        #expect(result == script.expected)
    }

    @Test(arguments: scripts)
    func stockLuaGivesTheExpectedResult(_ script: Script) throws {
        let result = try StockLua.run(script.text)
        #expect(result == script.expected)
    }
}
