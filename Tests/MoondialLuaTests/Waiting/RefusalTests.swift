// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Where Lua cannot yield, a call that waits is refused before the host function runs. The message names the construct.
@Suite struct RefusalTests {
    /// `expected` is the construct; the call stands in line 1.
    static let scripts: [Script] = [
        Script("table.sort", "table.sort({3, 2, 1}, function() verify() end)", "a table.sort comparator"),
        Script(
            "table.sort with __lt",
            "local mt = {__lt = function() verify() end} table.sort {setmetatable({}, mt), setmetatable({}, mt)}",
            "a table.sort comparator"),
        Script("string.gsub", "string.gsub('x', 'x', function() verify() end)", "a string.gsub replacement"),
        Script("string.gsub as a method", "('x'):gsub('x', function() verify() end)", "a string.gsub replacement"),
        Script(
            "string.gsub with a table",
            "('x'):gsub('x', setmetatable({}, {__index = function() verify() end}))", "a string.gsub replacement"),
        Script("string.gsub, verify itself", "('x'):gsub('x', verify)", "a string.gsub replacement"),
        Script(
            "tostring", "tostring(setmetatable({}, {__tostring = function() verify() end}))",
            "a __tostring metamethod called by tostring"),
        Script(
            "string.format", "string.format('%s', setmetatable({}, {__tostring = function() verify() end}))",
            "a __tostring metamethod called by string.format"),
        Script(
            "print", "print('a', setmetatable({}, {__tostring = function() verify() end}))",
            "a __tostring metamethod called by print"),
        Script("load", "error(select(2, load(function() verify() end)), 0)", "a load reader function"),
        Script(
            "table.concat", "table.concat(setmetatable({}, {__len = function() verify() end}))",
            "a metamethod called by table.concat"),
        Script(
            "table.insert", "table.insert(setmetatable({}, {__newindex = function() verify() end}), 1)",
            "a metamethod called by table.insert"),
        Script(
            "table.remove", "table.remove(setmetatable({}, {__index = function() verify() end}))",
            "a metamethod called by table.remove"),
        Script(
            "table.move", "table.move(setmetatable({}, {__index = function() verify() end}), 1, 1, 2)",
            "a metamethod called by table.move"),
        Script(
            "table.unpack", "table.unpack(setmetatable({}, {__index = function() verify() end}), 1, 1)",
            "a metamethod called by table.unpack"),
        Script(
            "ipairs", "for _ in ipairs(setmetatable({}, {__index = function() verify() end})) do end",
            "an __index metamethod called by ipairs"),
        Script(
            "os.time", "os.time(setmetatable({}, {__index = function() verify() end}))",
            "an __index metamethod called by os.time"),
        Script(
            "arithmetic with a string", "return '1' + setmetatable({}, {__add = function() verify() end})",
            "an arithmetic metamethod called for a string operand"),
        Script(
            "coroutine.close",
            """
            local co = coroutine.create(function() local x <close> = setmetatable({}, \
            {__close = function() verify() end}) coroutine.yield() end)
            coroutine.resume(co)
            error((select(2, coroutine.close(co))), 0)
            """, "a __close metamethod of a coroutine that is being closed"),
        Script(
            "an error in a wrapped coroutine",
            """
            coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() \
            error(select(2, pcall(verify)), 0) end}) error 'first' end)()
            """, "a __close metamethod of a coroutine that is being closed"),
        Script(
            "pcall in a comparator", "table.sort({3, 2, 1}, function() assert(pcall(verify)) end)",
            "a table.sort comparator"),
        Script(
            "a coroutine in a comparator",
            "table.sort({3, 2, 1}, function() coroutine.wrap(function() verify() end)() end)",
            "a table.sort comparator"),
        Script(
            "coroutines in coroutines in a comparator",
            """
            coroutine.wrap(function() table.sort({3, 2, 1}, function() \
            coroutine.wrap(function() coroutine.wrap(verify)() end)() end) end)()
            """, "a table.sort comparator"),
        Script(
            "the innermost of several",
            "('x'):gsub('x', function() table.sort({3, 2, 1}, function() verify() end) end)",
            "a table.sort comparator"),
        Script(
            "a comparator that recurses deeply",
            """
            table.sort({3, 2, 1}, function() \
            local function f(n) if n == 0 then verify() end f(n - 1) return 1 end f(50000) end)
            """, "a call from C"),
    ]

    @Test(arguments: scripts)
    func waitWhereLuaCannotYieldIsRefused(_ script: Script) throws {
        let lua = try LuaFixture()
        let error = try lua.error(of: script.text)
        #expect(error.message == "verify cannot wait inside \(script.expected)")
        #expect(lua.journal.verified == 0)
        #expect(try shown(lua.run("return verify('still works')")) == "still works")
    }

    @Test func modulesCannotWaitWhileTheyLoad() throws {
        let lua = try LuaFixture(modules: ["waits": "\nverify()"])
        let error = try lua.error(of: "require 'waits'")
        #expect(error.description == "waits.lua:2: verify cannot wait inside require, while a module loads")
        #expect(lua.journal.verified == 0)
    }

    /// The kind is kept as long as the script does not change the message.
    @Test(arguments: [
        ("table.sort({2, 1}, verify)", true), ("error(select(2, pcall(table.sort, {2, 1}, verify)), 0)", true),
        ("coroutine.wrap(function() table.sort({2, 1}, verify) end)()", true),
        ("error('verify cannot wait inside a table.sort comparator')", false), ("error('x')", false),
    ])
    func refusalIsRecognizedByItsKind(text: String, isRefusal: Bool) throws {
        #expect(try LuaFixture().error(of: text).kind == (isRefusal ? .cannotWait : .other))
    }

    @Test func preludeCannotWait() throws {
        let lua = try LuaFixture(functions: [HostFunction("host.wait", .mayWait) { _ in .waiting }])
        let expected = LuaError(code: .runtime, kind: .cannotWait, message: "wait cannot wait inside a call from C")
        #expect(throws: expected) {
            try lua.vm.runPrelude("local host = ... host.wait()", label: "test")
        }
    }
}
