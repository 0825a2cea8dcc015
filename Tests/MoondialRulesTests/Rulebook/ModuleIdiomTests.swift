// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import TemporaryFolders
import Testing

/// Modules are as lenient about globals as stock Lua, so that libraries written for it load.
@Suite struct ModuleIdiomTests {
    /// Loads a module with this text, and returns what the rule file prints.
    private func printed(_ text: String, _ expression: String = "require 'm'") async throws -> [String] {
        let folder = try TemporaryFolder(["m.lua": text])
        var harness = EngineHarness("print(\(expression))")
        harness.roots = [folder.path]
        return try await harness.onLoop { _, record, promise in
            withExtendedLifetime(folder) { promise.succeed(record.report.printed) }
        }
    }

    /// How libraries find out on which version of Lua they run. Each module returns true in stock Lua 5.4.
    @Test(arguments: [
        "local unpack = unpack or table.unpack return unpack({ true })",
        "local unpack = rawget(_G, 'unpack') or table.unpack return unpack({ true })",
        "return (loadstring or load)('return true')()", "return type(jit) == 'nil' and not jit",
        "return _G.bit32 == nil and not pcall(require, 'bit32')", "return _ENV == _G and _G._G == _G",
        "local string, table = require 'string', require 'table' return string == _G.string and table == _G.table",
        "if setfenv then return false end local _ENV = { x = true } return x",
        "local load = load if _VERSION == 'Lua 5.1' then load = nil end return load('return not undefined_name')()",
        "return load('x = true return x', 'c', 't', {})()", "return _VERSION >= 'Lua 5.2' and (utf8 ~= nil)",
        "for name in pairs(_G) do if name == 'string' then return true end end",
        "table.unpack = table.unpack or unpack table.pack = table.pack return true",
        "string = string math = math or {} return true", "if not table.move then table.move = print end return true",
        "collectgarbage 'stop' collectgarbage 'restart' return collectgarbage() == 0",
        "local ok, e = xpcall(error, debug.traceback, 'x', 0) return not ok and e == 'x'", "return io.stdout == nil",
        "return _G.package.config:sub(1, 1) == '/' and require 'debug' == debug and require 'io' == io",
        "if not package.searchpath then function package.searchpath() end end return not debug.getinfo",
        "return select('#', getfenv, module, newproxy) == 3",
        "local M = {} M.__index = M function M.new() return setmetatable({}, M) end function M:ok() return true end "
            + "return M.new():ok()",
        "local M = setmetatable({}, { __call = function() return true end }) return M()",
        "local ok, lpeg = pcall(require, 'lpeg') return not ok",
        "math.randomseed(os.time()) math.random() math.randomseed(os.clock() * 1e6 + 0.5) return math.random(2) <= 2",
        "return tonumber(('12'):rep(2)) == 1212 and (math.pow or function(a, b) return a ^ b end)(2, 3) == 8",
        "local function f(...) return select('#', ...) end local arg = arg or { f() } return true",
        "return (function(...) local name = ... return name == 'm' end)(...)",
    ])
    func portabilityIdiomOfLibrariesWorks(text: String) async throws {
        #expect(try await printed(text) == ["true"])
    }

    @Test(arguments: ["io.x = 1", "debug.x = 1", "package.loaded.m = 1", "package.preload.m = 1", "package.path = ''"])
    func libraryStandInsAreReadOnly(assignment: String) async throws {
        let run = try await EngineHarness("rule 'r' { pre_check = function() _G.\(assignment) end }").verify()
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.message.contains("is read-only") == true)
    }

    @Test func omittedLibraryFailsWhereItIsUsedAndNotWhereItIsRequired() async throws {
        let report = try await EngineHarness().script("local io = require 'io'\nio.write 'x'")
        #expect(report.failure?.message == "attempt to call a nil value (field 'write')")
        #expect(
            report.failure?.fix
                == "io is left out, since it reads and writes any file; use print and moondial.log for output")
    }

    @Test func moduleFunctionsMayReadUndefinedGlobalsInHooks() async throws {
        let folder = try TemporaryFolder([
            "m.lua": "return function() return undefined_name, load('return another')() end"
        ])
        var harness = EngineHarness(
            "local f = require 'm'; rule 'r' { pre_check = function() print(f()) return undefined_name end }")
        harness.roots = [folder.path]
        let report = try await harness.report()
        withExtendedLifetime(folder) {}
        #expect(report.printed == ["nil\tnil"])
        #expect(report.runs[0].failures.first?.message == "rule 'r', pre_check: undefined global 'undefined_name'")
    }

    @Test(arguments: ["leak = 1", "_G.leak = 1", "rawset(_G, 'leak', 1)", "load('leak = 1')()"])
    func moduleFunctionsCannotSetGlobalsInHooks(assignment: String) async throws {
        let folder = try TemporaryFolder(["m.lua": "return function() \(assignment) end"])
        var harness = EngineHarness("local f = require 'm'; rule 'r' { pre_check = function() f() end }")
        harness.roots = [folder.path]
        let run = try await harness.verify()
        withExtendedLifetime(folder) {}
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.message.contains("cannot assign the global 'leak': globals are read-only") == true)
    }

    @Test func moduleReadsGlobalsOfTheRules() async throws {
        #expect(try await printed("return shared", "(function() _G.shared = 7 return require 'm' end)()") == ["7"])
    }

    /// Scripts may define globals, and so may the modules that they load.
    @Test(arguments: [
        "own_global = 5 return own_global == 5 and _G.own_global == 5 and rawget(_G, 'own_global') == 5",
        "rawset(_G, 'other_global', true) return other_global", "_G.third = true return third",
    ])
    func moduleOfAScriptCanDefineGlobals(text: String) async throws {
        let folder = try TemporaryFolder(["m.lua": text])
        var harness = EngineHarness()
        harness.roots = [folder.path]
        #expect(try await harness.script("return require 'm'").results == ["true"])
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: ["leak = 1", "_G.leak = 1", "rawset(_G, 'leak', 1)", "leak = leak or 1", "function leak() end"])
    func moduleOfRulesCannotDefineGlobals(text: String) async throws {
        let folder = try TemporaryFolder(["m.lua": "\n\(text)"])
        var harness = EngineHarness("require 'm'")
        harness.roots = [folder.path]
        let failure = try await harness.loadingFailure()
        #expect(failure?.message.contains("cannot assign the global 'leak': it is not defined") == true)
        #expect(failure?.site?.description.hasSuffix("m.lua:2") == true)
        withExtendedLifetime(folder) {}
    }

    /// If `denny` were nil, a misspelt `deny` would be no answer.
    @Test func hooksDefinedInAModuleCannotReadUndefinedGlobals() async throws {
        let folder = try TemporaryFolder([
            "m.lua":
                "local before = undefined_name rule 'r' { pre_check = function(req) return denny end } return before"
        ])
        var harness = EngineHarness("assert(require 'm' == true)")
        harness.roots = [folder.path]
        let run = try await harness.verify()
        withExtendedLifetime(folder) {}
        #expect(run.decisionText == "review rule_error")
        #expect(
            run.failures.first?.message == "rule 'r', pre_check: undefined global 'denny'; did you mean 'deny'?")
    }

    /// The table of a module is not read-only: most libraries use theirs as a metatable, and a read-only table cannot
    /// be one.
    @Test func stateOfAModuleIsSharedByRulesAndRuns() async throws {
        let folder = try TemporaryFolder(["m.lua": "return { count = 0 }"])
        var harness = EngineHarness(
            """
            local m = require "m"
            rule "counts" { pre_check = function() m.count = m.count + 1 end }
            rule "answers" { pre_check = function() return review(tostring(m.count)) end }
            """)
        harness.roots = [folder.path]
        let script = "return verify('13800138000', 'a').reason, verify('13800138000', 'b').reason"
        let results = try await harness.script(script).results
        withExtendedLifetime(folder) {}
        #expect(results == ["1", "2"])
    }

    @Test(arguments: [
        ("cjson", "JSON is built in: moondial.json.encode(value), moondial.json.decode(text)"),
        ("dkjson", "JSON is built in: moondial.json.encode(value), moondial.json.decode(text)"),
        ("bit32", "Lua 5.4 has operators for bits: & | ~ << >>"),
        ("mine", "check the path and its permissions"),
    ])
    func missingModuleIsReportedWithAHint(name: String, fix: String) async throws {
        let failure = try await EngineHarness().script("require '\(name)'").failure
        #expect(failure?.code == .ruleFile)
        #expect(failure?.fix == fix)
    }
}
