// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import Testing

/// Globals: defined while rules load, then read-only; and never read before they are defined.
@Suite struct GlobalTests {
    @Test func filesShareGlobalsWhileTheyLoad() async throws {
        var harness = EngineHarness()
        harness.rules = [
            (
                "a.lua",
                "_G.blocked = { ['13800138000'] = true }\nfunction _G.is_blocked(phone) return blocked[phone] end"
            ),
            (
                "b.lua",
                "rule 'b' { pre_check = function(req) if is_blocked(req.phone) then return deny 'blocked' end end }"
            ),
        ]
        #expect(try await harness.verify().decisionText == "deny blocked")
    }

    /// Holds in an engine that only decides and in one that also runs scripts.
    @Test(
        arguments: [false, true],
        ["counter = 1", "_G.counter = 1", "existing = 1", "_G['existing'] = nil"])
    func hookCannotAssignGlobals(runsScripts: Bool, assignment: String) async throws {
        var harness = EngineHarness("_G.existing = 0\nrule 'r' { pre_check = function()\n  \(assignment)\nend }")
        harness.runsScripts = runsScripts
        let run = try await harness.verify()
        let name = assignment.contains("counter") ? "counter" : "existing"
        #expect(run.decisionText == "review rule_error")
        let failure = try #require(run.failures.first)
        #expect(
            failure.message
                == "rule 'r', pre_check: cannot assign the global '\(name)': globals are read-only once the "
                + "rules have loaded (use 'local \(name)')")
        #expect(failure.site?.description == "rules.lua:3")
    }

    @Test(
        arguments: [false, true],
        [
            "rawset(_G, 'x', 1)", "setmetatable(_G, nil)", "string.new = 1", "table.concat = nil",
            "moondial.attempt = print",
            "moondial.config.x = 1", "moondial.json.null = 1", "rawset(_G, 'deny', allow)", "deny.decision = 'allow'",
            "getmetatable('').__index = {}", "math.pi = 3",
        ])
    func hookCannotChangeSharedTables(runsScripts: Bool, attack: String) async throws {
        var harness = EngineHarness("rule 'r' { pre_check = function() \(attack) end }")
        harness.runsScripts = runsScripts
        #expect(try await harness.verify().decisionText == "review rule_error")
    }

    @Test(arguments: [
        ("return denny", "undefined global 'denny'; did you mean 'deny'?"),
        ("denny 'x'", "undefined global 'denny'; did you mean 'deny'?"),
        ("return Verify", "undefined global 'Verify'; did you mean 'verify'?"),
        ("return my_thing_", "undefined global 'my_thing_'; did you mean 'my_thing'?"),
        ("return zebra", "undefined global 'zebra'"),
        (
            "io.write 'x'",
            "undefined global 'io': left out, since it reads and writes any file; use print and moondial.log for output"
        ),
        (
            "return package",
            "undefined global 'package': left out, since it loads C libraries and files from anywhere; "
                + "require finds modules of the rules folder"
        ),
    ])
    func readingUndefinedGlobalIsAnError(text: String, message: String) async throws {
        let inScript = try await EngineHarness("_G.my_thing = 1").script("\n" + text)
        #expect(inScript.failure?.message == message)
        #expect(inScript.failure?.site?.line == 2)
        let whileLoading = try await EngineHarness("_G.my_thing = 1\n" + text).loadingFailure()
        #expect(whileLoading?.message == message)
        #expect(whileLoading?.site?.line == 2)
        let inHook = try await EngineHarness("_G.my_thing = 1 rule 'r' { pre_check = function()\n\(text) end }")
            .verify()
        #expect(inHook.failures.first?.message == "rule 'r', pre_check: \(message)")
        #expect(inHook.failures.first?.site?.line == 2)
    }

    /// Portable code tests such a global before it uses it.
    @Test(arguments: ["unpack", "loadstring", "jit", "bit32", "setfenv"])
    func globalsOfOtherLuaVersionsAreNilOnlyInScripts(name: String) async throws {
        let report = try await EngineHarness().script("return \(name) == nil, type(\(name)), (\(name) or 7)")
        #expect(report.results == ["true", "nil", "7"])
        let called = try await EngineHarness().script("\n\(name) {}")
        #expect(called.failure?.message == "attempt to call a nil value (global '\(name)')")
        #expect((called.failure?.fix == "did you mean 'string.unpack' or 'table.unpack'?") == (name == "unpack"))
        let whileLoading = try await EngineHarness("\nlocal x = \(name)").loadingFailure()
        #expect(whileLoading?.message.hasPrefix("undefined global '\(name)'") == true)
        let inHook = try await EngineHarness("rule 'r' { pre_check = function()\nreturn \(name) end }").verify()
        #expect(inHook.failures.first?.message.hasPrefix("rule 'r', pre_check: undefined global '\(name)'") == true)
    }

    @Test func undefinedGlobalReadFromGlobalTableIsNil() async throws {
        let text = "_G.zebra == nil, rawget(_G, 'zebra') == nil, _G.deny == deny, _G._G == _G, _G.print == print"
        #expect(try await EngineHarness().script("return \(text)").results == Array(repeating: "true", count: 5))
        let hook = try await EngineHarness("print(\(text)) rule 'r' { pre_check = function() print(\(text)) end }")
            .report()
        #expect(hook.printed == Array(repeating: Array(repeating: "true", count: 5).joined(separator: "\t"), count: 2))
    }

    @Test func scriptCanSetGlobalsInEveryWay() async throws {
        let text = """
            a = 1
            _G.b = 2
            rawset(_G, "c", 3)
            for _, name in ipairs { "a", "b", "c" } do assert(rawget(_G, name) == _G[name]) end
            return a + b + c, pcall(rawset, _G, "deny", allow)
            """
        let report = try await EngineHarness().script(text)
        #expect(
            report.results == [
                "6", "false", "script.lua:5: cannot assign the global 'deny': it is predefined (use 'local deny')",
            ])
    }

    /// A missing `local` is nearly always a mistake.
    @Test(arguments: [
        "limit = 5", "limit = limit_of and 1 or 2", "function limit() end", "limit, other = 1, 2",
        "load('limit = 1')()", "(function() limit = 1 end)()",
    ])
    func ruleFileCannotAssignUndefinedGlobal(assignment: String) async throws {
        let failure = try await EngineHarness("_G.limit_of = 1\n" + assignment).loadingFailure()
        let name =
            assignment.contains("other") ? failure?.message.contains("'other'") == true ? "other" : "limit" : "limit"
        #expect(
            failure?.message == "cannot assign the global '\(name)': it is not defined, and rules keep their values in "
                + "locals (use 'local \(name)')")
        #expect(failure?.site?.line == (assignment.hasPrefix("load") ? 1 : 2))
    }

    @Test func ruleFileDefinesAndAssignsGlobalsThroughGlobalTable() async throws {
        let text = "_G.a = 1 rawset(_G, 'b', 2) a = a + 1 print(a, b)"
        #expect(try await EngineHarness("\(text)\nrule 'r' { route = function() end }").report().printed == ["2\t2"])
    }

    @Test(arguments: [
        "deny = allow", "review = {}", "verify = nil", "string = nil", "_G.print = type", "moondial = {}",
    ])
    func predefinedGlobalCannotBeReplaced(assignment: String) async throws {
        let whileLoading = try await EngineHarness("\n" + assignment).loadingFailure()
        let name = assignment.replacing("_G.", with: "").prefix { $0 != " " }
        #expect(whileLoading?.message == "cannot assign the global '\(name)': it is predefined (use 'local \(name)')")
        #expect(whileLoading?.site?.line == 2)
        #expect(try await EngineHarness().script(assignment).failure?.message == whileLoading?.message)
    }

    @Test func rawgetShowsWhetherGlobalIsDefined() async throws {
        let text = "return rawget(_G, 'nothing') == nil, rawget(_G, 'deny') == deny"
        #expect(try await EngineHarness().script(text).results == ["true", "true"])
        let service = try await EngineHarness(
            "rule 'r' { pre_check = function() print(rawget(_G, 'nothing'), rawget(_G, 'deny') == deny) end }"
        ).report()
        #expect(service.printed == ["nil\ttrue"])
    }

    @Test(arguments: [false, true])
    func globalsCanBeListedByPairs(runsScripts: Bool) async throws {
        var harness = EngineHarness(
            """
            _G.own = 1
            rule "r" {
              pre_check = function()
                local names = {}
                for name in pairs(_G) do names[#names + 1] = name end
                table.sort(names)
                print(table.concat(names, " "))
              end,
            }
            """)
        harness.runsScripts = runsScripts
        let standard = Set(StandardLibrary.allowed.map { String($0.split(separator: ".")[0]) })
        let ours = ["_G", "allow", "deny", "moondial", "own", "print", "require", "review", "rule", "show", "verify"]
        let printed = try await harness.report().printed
        #expect(
            printed == [
                standard.union(ours).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: " ")
            ])
    }

    private static let omittedDump =
        "string.dump is left out, since it makes bytecode, which is never loaded: it can crash the interpreter"

    @Test(
        arguments: [
            ("string.fromat('x')", "did you mean 'format'?"), ("('x'):mtach 'x'", "did you mean 'match'?"),
            ("moondial.atempt('h5')", "did you mean 'attempt'?"),
            ("return moondial.jsn.encode(1)", "did you mean 'json'?"),
            ("os.execute 'ls'", "os.execute is left out, since it runs any program"),
            ("os.getenv 'X'", "os.getenv is left out, since the environment holds secrets; use moondial.config"),
            ("moondial.json.dump {}", "did you mean 'encode'?"), ("moondial.json.parse '{}'", "did you mean 'decode'?"),
            ("local json = moondial.json json.stringify {}", "did you mean 'encode'?"),
            ("local t = {} t.dump()", nil), ("string.dump(print)", omittedDump),
            ("local x; x()", nil), ("local t = {}; t.fromat()", "did you mean 'format'?"),
        ] as [(String, String?)])
    func misspeltFunctionIsReportedWithAHint(text: String, fix: String?) async throws {
        let failure = try #require(try await EngineHarness().script(text).failure)
        #expect(failure.code == .ruleError)
        #expect(failure.fix == fix)
        #expect(failure.subject != nil)
    }
}
