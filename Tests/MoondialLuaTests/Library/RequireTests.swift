// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// `require` asks the host for a module's text, once.
@Suite struct RequireTests {
    @Test func moduleIsLoadedOnce() throws {
        let lua = try LuaFixture(modules: ["m": "note('loading', ...) return {}"])
        #expect(try lua.run("return require 'm' == require 'm', require('m') == require('m')") == [true, true])
        #expect(try lua.run("return type(require 'm')") == ["table"])
        #expect(lua.journal.required == ["m"])
        #expect(lua.journal.notes == [["loading", "m"]])
    }

    @Test(arguments: ["": "true", "return nil": "true", "return 5": "5", "return false": "false", "return 1, 2": "1"])
    func firstResultOfAModuleIsKept(_ module: (key: String, value: String)) throws {
        let lua = try LuaFixture(modules: ["m": module.key])
        #expect(try shown(lua.run("return require 'm'")) == module.value)
        #expect(try shown(lua.run("return require 'm'")) == module.value)
        #expect(lua.journal.required == ["m"])
    }

    @Test func moduleThatRequiresItselfIsAnError() throws {
        let lua = try LuaFixture(modules: ["a": "return require 'b'", "b": "local x\nreturn require 'a'"])
        let error = try lua.error(of: "require 'a'")
        #expect(error.description == "b.lua:2: module 'a' requires itself while it loads")
        #expect(error.sourceLine == "return require 'a'")
    }

    @Test func moduleThatFailedCanBeRequiredAgain() throws {
        let lua = try LuaFixture(modules: ["m": "if not ready then error('not yet') end return 'loaded'"])
        #expect(try lua.error(of: "require 'm'").description == "m.lua:1: not yet")
        #expect(try shown(lua.run("return pcall(require, 'm')")) == "false m.lua:1: not yet")
        #expect(try shown(lua.run("ready = true return require 'm'")) == "loaded")
        #expect(lua.journal.required == ["m", "m", "m"])
    }

    @Test func errorInAModuleHasItsTraceback() throws {
        let lua = try LuaFixture(modules: ["m": "local function helper()\n  error('x')\nend\nhelper()"])
        let error = try lua.error(of: "local m = require 'm'", name: .file("rules.lua"))
        #expect(error.description == "m.lua:2: x")
        #expect(error.sourceLine == "  error('x')")
        #expect(
            error.traceback.map(\.description) == [
                "[standard library]: in function 'error'", "m.lua:2: in local 'helper'", "m.lua:4: in main chunk",
                "[standard library]: in function 'require'", "rules.lua:1: in main chunk",
            ])
    }

    @Test func syntaxErrorInAModuleHasItsPlace() throws {
        let lua = try LuaFixture(modules: ["m": "local x =\n= 1"])
        let error = try lua.error(of: "require 'm'")
        #expect(error.description == "m.lua:2: unexpected symbol near '='")
        #expect(error.sourceLine == "= 1")
    }

    @Test func errorOfTheHostIsRaisedByRequire() throws {
        let error = try LuaFixture().error(of: "local x\nrequire 'missing'")
        #expect(error.description == "test.lua:2: module 'missing' not found")
    }

    @Test func moduleNamesMayContainZeros() throws {
        let lua = try LuaFixture(modules: ["a": "return 'short'"])
        let text = "return require 'a', pcall(require, 'a\\0b')"
        let result = try shown(lua.run(text))
        #expect(result == "short false test.lua:1: module 'a\\u{0}b' not found")
        #expect(
            try lua.error(of: "require()").message == "bad argument #1 to 'require' (string expected, got no value)")
    }

    @Test func modulesMayDefineGlobals() throws {
        let lua = try LuaFixture(modules: ["m": "own = 1 return function() return own end"])
        #expect(try shown(lua.run("return require('m')(), own")) == "1 1")
        try lua.vm.freeze("_G")
        #expect(try shown(lua.run("return require('m')()")) == "1")
    }

    @Test(arguments: ["string", "table", "math", "utf8", "os", "coroutine", "_G"])
    func requireReturnsLibrariesWithoutAskingTheHost(_ name: String) throws {
        let lua = try LuaFixture(modules: [name: "return 'shadowed'"])
        #expect(try lua.run("return require '\(name)' == \(name)") == [true])
        #expect(lua.journal.required.isEmpty)
    }

    @Test func moduleCannotYieldWhileItLoads() throws {
        let lua = try LuaFixture(modules: ["m": "coroutine.yield()"])
        let text = "return coroutine.wrap(function() return pcall(require, 'm') end)()"
        #expect(try shown(lua.run(text)) == "false attempt to yield across a C-call boundary")
        #expect(try shown(lua.run("return pcall(require, 'm')")) == "false attempt to yield from outside a coroutine")
    }
}
