// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// An error says where it happened, with the source line and the calls that led there.
@Suite struct ErrorSiteTests {
    /// `expected` is "site: message", and the source line after a bar.
    static let scripts: [Script] = [
        Script("error", "local a\n  error('boom')", "test.lua:2: boom | error('boom')"),
        Script("error without position", "\nerror('boom', 0)", "test.lua:2: boom | error('boom', 0)"),
        Script(
            "error at level 2", "local function check(x)\n  error('bad x', 2)\nend\ncheck()",
            "test.lua:4: bad x | check()"),
        Script("assert", "\n\nassert(false, 'no')", "test.lua:3: no | assert(false, 'no')"),
        Script(
            "arithmetic", "local t = {}\nreturn t.x + 1",
            "test.lua:2: attempt to perform arithmetic on a nil value (field 'x') | return t.x + 1"),
        Script("a call of nil", "\nverifi()", "test.lua:2: attempt to call a nil value (global 'verifi') | verifi()"),
        Script(
            "a wrong argument", "\nstring.rep()",
            "test.lua:2: bad argument #1 to 'rep' (string expected, got no value) | string.rep()"),
        Script(
            "a host function", "\n\tfail('refused')",
            "test.lua:2: refused | fail('refused')"),
        Script(
            "a host function in pcall", "local ok, e = pcall(fail, 'refused')\nerror(e, 0)",
            "test.lua:1: refused | local ok, e = pcall(fail, 'refused')"),
        Script(
            "a coroutine, wrapped", "local f = coroutine.wrap(function()\n  error('inner')\nend)\nf()",
            "test.lua:2: inner | error('inner')"),
        Script(
            "nested coroutines",
            "coroutine.wrap(function()\n  coroutine.wrap(function()\n    error('inner')\n  end)()\nend)()",
            "test.lua:3: inner | error('inner')"),
        Script(
            "a message that looks like a position", "error('12:30: too late')",
            "test.lua:1: 12:30: too late | error('12:30: too late')"),
        Script(
            "a message with another file's position", "error('other.lua:7: text', 0)",
            "test.lua:1: other.lua:7: text | error('other.lua:7: text', 0)"),
        Script(
            "an error passed on",
            "local ok, e = pcall(error, 'x')\nlocal ok, f = pcall(function() error(e, 0) end)\nerror(f, 0)",
            "test.lua:3: x | error(f, 0)"),
        Script(
            "an unnamed chunk", "\nload('local x = 1\\nerror(\\'boom\\')')()", "[string \"local x = 1...\"]:2: boom | -"
        ),
        Script(
            "a stack overflow", "local function f()\n  return f() + 1\nend\nf()",
            "test.lua:2: stack overflow | return f() + 1"),
    ]

    @Test(arguments: scripts)
    func errorHasItsPlace(_ script: Script) throws {
        let error = try LuaFixture().error(of: script.text)
        let line = error.sourceLine?.split(separator: " ").joined(separator: " ") ?? "-"
        #expect("\(error) | \(line)" == script.expected)
        #expect(error.code == .runtime)
    }

    static let syntaxErrors: [Script] = [
        Script("an unfinished expression", "local x =", "test.lua:1: unexpected symbol near <eof> | local x ="),
        Script("a stray word", "local a\nlocal b\nif x the", "test.lua:3: 'then' expected near 'the' | if x the"),
        Script(
            "an unfinished block", "do\n\nreturn",
            "test.lua:3: 'end' expected (to close 'do' at line 1) near <eof> | return"),
        Script("an unfinished string", "x = 'abc\n", "test.lua:1: unfinished string near ''abc' | x = 'abc"),
        Script(
            "an unknown label", "goto nowhere",
            "test.lua:1: no visible label 'nowhere' for <goto> at line 1 | goto nowhere"),
        Script("bad UTF-8", "x = \u{1F600}", "test.lua:1: unexpected symbol near '<\\240>' | x = \u{1F600}"),
        Script("too deep", "x = " + String(repeating: "(", count: 300), "C stack overflow | -"),
    ]

    @Test(arguments: syntaxErrors)
    func syntaxErrorHasItsPlace(_ script: Script) throws {
        let error = try LuaFixture().error(of: script.text)
        #expect("\(error) | \(error.sourceLine ?? "-")" == script.expected)
        #expect(error.code == .syntax)
    }

    @Test(arguments: [59, 60, 61, 100, 500])
    func longPathsAreNotAbbreviatedInErrors(_ length: Int) throws {
        // In messages Lua abbreviates paths from 60 bytes on.
        let path = String(repeating: "long/", count: length / 5) + String(repeating: "x", count: length % 5)
        let error = try LuaFixture().error(of: "local a\nerror('boom')", name: .file(path))
        #expect(error.description == "\(path):2: boom")
        #expect(error.sourceLine == "error('boom')")
        #expect(error.traceback.last?.description == "\(path):2: in main chunk")
        let syntax = try LuaFixture().error(of: "local a\nerror(", name: .file(path))
        #expect(syntax.site?.description == "\(path):2")
    }

    @Test(arguments: [LuaSourceName.label("stdin"), .label("-e"), .label(String(repeating: "label ", count: 20))])
    func labelsAreNotAbbreviatedInErrors(_ name: LuaSourceName) throws {
        let error = try LuaFixture().error(of: "\nerror('boom')", name: name)
        #expect(error.description == "\(name):2: boom")
    }

    @Test func pathsWithColonsAreKeptInErrors() throws {
        let error = try LuaFixture().error(of: "\nerror('boom')", name: .file("a:12: b/c.lua"))
        #expect(error.description == "a:12: b/c.lua:2: boom")
    }

    @Test func longSourceLinesOfErrorsAreCut() throws {
        let text = "error('x') --" + String(repeating: "-", count: 1000)
        #expect(try LuaFixture().error(of: text).sourceLine?.utf8.count == 400)
    }

    @Test func sourceLinesOfErrorsAreSafeToPrint() throws {
        let error = try LuaFixture().error(of: "\terror('x') -- \u{1B}[31m\r\n")
        #expect(error.sourceLine == " error('x') -- \\u{1B}[31m")
    }

    // MARK: - Tracebacks

    @Test func tracebackNamesTheCallsInnermostFirst() throws {
        let error = try LuaFixture().error(
            of: """
                local t = {}
                function t.field() error('x') end
                function t:method() t.field() end
                function global() t:method() end
                local up = function() global() return 1 end
                local function inner() local r = up() return r end
                table.sort({2, 1}, function() inner() end)
                """)
        #expect(
            error.traceback.map(\.description)
                == [
                    "[standard library]: in function 'error'",
                    "test.lua:2: in field 'field'",
                    "test.lua:3: in method 'method'",
                    "test.lua:4: in function 'global'",
                    "test.lua:5: in upvalue 'up'",
                    "test.lua:6: in upvalue 'inner'",
                    "test.lua:7: in function <test.lua:7>",
                    "[standard library]: in field 'sort'",
                    "test.lua:7: in main chunk",
                ])
    }

    @Test func deepTracebacksAreCut() throws {
        let error = try LuaFixture().error(
            of: "local function f(n) if n == 0 then error('x') end f(n - 1) return 1 end f(100)")
        #expect(error.traceback.count == 24)
        #expect(error.traceback.first?.description == "[standard library]: in function 'error'")
    }

    @Test func hostFunctionsAreLeftOutOfTracebacks() throws {
        let error = try LuaFixture().error(of: "local function f() fail('x') end\nf()")
        #expect(error.traceback.map(\.description) == ["test.lua:1: in local 'f'", "test.lua:2: in main chunk"])
    }

    @Test func unnamedTextIsAbbreviatedInTracebacks() throws {
        let error = try LuaFixture().error(of: "load('--' .. ('x'):rep(1e5) .. '\\nerror()')()")
        let longest = error.traceback.map(\.description.utf8.count).max() ?? 0
        #expect(longest < 200)
    }

    @Test func hostFunctionsGetTheCallingLine() throws {
        let lua = try LuaFixture()
        try lua.run("note()\nlocal function f()\n  pcall(note)\nend\nf()\nload('note()')()", name: .file("a.lua"))
        #expect(lua.journal.sites.map { $0?.description } == ["a.lua:1", "a.lua:3", "[string \"note()\"]:1"])
    }
}
