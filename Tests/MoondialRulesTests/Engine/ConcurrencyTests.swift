// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import Testing

/// `moondial.all`.
@Suite struct ConcurrencyTests {
    private func script(_ text: String) async throws -> ScriptReport {
        try await EngineHarness().script(text)
    }

    @Test func resultsComeInTheOrderOfTheFunctions() async throws {
        let report = try await script(
            """
            local order = {}
            local function waiting(name, delay)
              return function()
                local d = verify("13800138000", "sim:delay=" .. delay)
                order[#order + 1] = name
                return name .. " " .. d.decision
              end
            end
            local a, b, c = moondial.all { waiting("a", "60ms"), waiting("b", "1ms"), function() return "c" end }
            return a, b, c, table.concat(order, " ")
            """)
        #expect(report.failure == nil)
        #expect(report.results == ["a allow", "b allow", "c", "b a"])
    }

    @Test func functionsOfAllWaitAtTheSameTime() async throws {
        let holding = try await EngineHarness.inScript(
            """
            local function hold() return verify("13800138000", "hold").decision end
            return moondial.all { hold, hold, hold }
            """
        ) { script, promise in
            script.transport.onHold = {
                guard script.transport.holding == 3 else { return }
                for _ in 0..<3 { script.transport.letGo() }
            }
            script.onEnd = { promise.succeed($0) }
        }
        #expect(holding.results == ["allow", "allow", "allow"])
    }

    @Test(
        arguments: [
            ("return moondial.all {}", []),
            ("return moondial.all { function() end, function() return 2 end }", ["nil", "2"]),
            ("return moondial.all { function() return 1, 2, 3 end }", ["1"]),
            ("return moondial.all { function() return false end, function() return nil end }", ["false", "nil"]),
            ("return select('#', moondial.all { function() end, function() end })", ["2"]),
            ("local t = {}; return t == moondial.all { function() return t end }", ["true"]),
            ("return type(moondial.all { function() return print end })", ["function"]),
            ("return tostring(moondial.all { function() return deny 'x' end })", ["deny \"x\""]),
            (
                "return pcall(function() return moondial.all { function() return verify('1', 't').verdict end } end)",
                ["true", "unknown"]
            ),
            (
                """
                return moondial.all {
                  function() return moondial.all { function() return verify("13800138000", "t").verdict end } end,
                  function() return select(2, moondial.all { function() end, function() return "b" end }) end,
                }
                """, ["match", "b"]
            ),
            (
                """
                local inner = coroutine.wrap(function()
                  coroutine.yield(moondial.all { function() return verify("13800138000", "sim:delay=2ms").verdict end })
                  return moondial.all { function() return "second" end }
                end)
                return inner(), inner()
                """, ["match", "second"]
            ),
        ] as [(String, [String])])
    func allReturnsTheFirstResultOfEachFunction(text: String, results: [String]) async throws {
        let report = try await script(text)
        #expect(report.failure == nil)
        #expect(report.results == results)
    }

    @Test func errorIsRaisedInTheCallerOfAllWithItsPlace() async throws {
        let report = try await script(
            """
            local function fail()
              error "boom"
            end
            local function work() return verify("13800138000", "t") end

            moondial.all { work, fail }
            """)
        let failure = try #require(report.failure)
        #expect(failure.message == "boom")
        #expect(failure.site?.description == "script.lua:2")
        #expect(failure.sourceLine == "  error \"boom\"")
        #expect(
            failure.traceback.map(\.description) == [
                "[standard library]: in function 'error'", "script.lua:2: in upvalue 'run'",
                "script.lua:6: in main chunk",
            ])
    }

    @Test(arguments: [
        ("error { code = 7 }", "table 7"), ("error('text', 0)", "string text"), ("error()", "nil nil"),
        ("error(nil)", "nil nil"),
    ])
    func errorValueIsRaisedUnchangedByAll(raise: String, result: String) async throws {
        let report = try await script(
            """
            local ok, e = pcall(moondial.all, {
              function() verify("13800138000", "sim:delay=1ms"); \(raise) end, function() end,
            })
            return ok, type(e) .. " " .. tostring(type(e) == "table" and e.code or e)
            """)
        #expect(report.results == ["false", result])
    }

    @Test func errorInOneFunctionCancelsTheOthers() async throws {
        let (report, cancelled) = try await EngineHarness.inScript(
            """
            local closed = "no"
            local function waits()
              local note <close> = setmetatable({}, { __close = function() closed = "yes" end })
              verify("13800138000", "hold")
              print "never"
            end
            local function fails() moondial.attempt("h5", "13911112222", "t"); error "boom" end
            local ok, message = pcall(moondial.all, { waits, waits, fails })
            verify("13800138000", "t")
            return ok, message, closed
            """
        ) { script, promise in
            script.onEnd = { promise.succeed(($0, script.transport.cancelled)) }
        }
        #expect(report.failure == nil)
        #expect(report.results == ["false", "script.lua:7: boom", "yes"])
        #expect(report.printed == [])
        #expect(cancelled == 2)
        #expect(report.runs.map(\.decisionText) == ["review cancelled", "review cancelled", "allow match"])
    }

    @Test func errorBeforeTheFirstWaitPreventsTheOthersFromStarting() async throws {
        let report = try await script(
            """
            local ok = pcall(moondial.all, { function() error "boom" end, function() print "started" end })
            return ok
            """)
        #expect(report.results == ["false"])
        #expect(report.printed == [])
    }

    @Test func allWorksInAHook() async throws {
        let harness = EngineHarness(
            """
            rule "checks" {
              pre_check = function(req)
                local a, b = moondial.all {
                  function()
                    local attempt = moondial.attempt("h5", "13911112222", "sim:delay=2ms")
                    if attempt.verdict == "match" then return deny "a" end
                  end,
                  function() return deny "b" end,
                }
                return a or b
              end,
            }
            """)
        let run = try await harness.verify()
        #expect(run.decisionText == "deny a")
        #expect(run.result.attempts.map(\.isRaw) == [true])
    }

    @Test func errorInAFunctionOfAllFailsTheHook() async throws {
        let harness = EngineHarness(
            """
            rule "checks" {
              pre_check = function(req)
                moondial.all {
                  function() moondial.attempt("h5", "13911112222", "t") end,
                  function()
                    error "boom"
                  end,
                }
              end,
            }
            """)
        let run = try await harness.verify()
        #expect(run.decisionText == "review rule_error")
        #expect(run.failures.first?.site?.line == 6)
    }

    @Test(arguments: [
        ("moondial.all()", "bad argument #1 to 'moondial.all' (table of functions expected, got nil)"),
        ("moondial.all(print)", "bad argument #1 to 'moondial.all' (table of functions expected, got function)"),
        ("moondial.all { 1 }", "bad argument #1 to 'moondial.all' (function expected at 1, got number)"),
        ("moondial.all { print, nil, print }", "bad argument #1 to 'moondial.all' (function expected at 2, got nil)"),
        (
            "moondial.all { a = print }",
            "bad argument #1 to 'moondial.all' (a list of functions expected, got the key 'a')"
        ),
    ])
    func allRefusesArgumentsThatAreNoListOfFunctions(text: String, message: String) async throws {
        let report = try await script("\n" + text)
        #expect(report.failure?.message == message)
        #expect(report.failure?.site?.line == 2)
    }
}
