// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import Testing

/// Where `verify` can wait, and where it is refused before anything is sent.
@Suite struct WaitingTests {
    @Test func scriptVerifiesInsideACoroutine() async throws {
        let report = try await EngineHarness().script(
            """
            local co = coroutine.wrap(function()
              for _, phone in ipairs { "13800138000", "13800009001" } do
                coroutine.yield(verify(phone, "token", "order-1"))
              end
            end)
            local a, b = co(), co()
            print(a.decision, a.verdict, a.code, a.endpoint)
            return b.decision, b.exid, math.type(a.id)
            """)
        #expect(report.failure == nil)
        #expect(report.printed == ["allow\tmatch\t9000\tmobile"])
        #expect(report.results == ["deny", "order-1", "integer"])
        #expect(report.runs.count == 2)
    }

    @Test(arguments: [
        "return (pcall(code))", "return select(2, pcall(code)) == 9000",
        "return select(2, xpcall(code, print)) == 9000",
        "for v in function(_, last) if not last then return code() end end do return v == 9000 end",
        "return setmetatable({}, { __index = function() return code() end }).field == 9000",
        "return (setmetatable({}, { __add = function() return code() end }) + 1) == 9000",
        "do local x <close> = setmetatable({}, { __close = function() seen = code() end }) end return seen == 9000",
        "return coroutine.wrap(function() return coroutine.wrap(code)() end)() == 9000",
    ])
    func verifyWaitsWhereverLuaCanYield(text: String) async throws {
        let report = try await EngineHarness().script(
            "local seen; local function code() return verify('13800138000', 't').code end\n" + text)
        #expect(report.failure == nil)
        #expect(report.results == ["true"])
        #expect(report.runs.count == 1)
    }

    @Test(arguments: [
        ("table.sort({ 2, 1 }, function() verify('13800138000', 't') end)", "verify", "a table.sort comparator"),
        ("('x'):gsub('x', function() verify('13800138000', 't') end)", "verify", "a string.gsub replacement"),
        (
            "tostring(setmetatable({}, { __tostring = function() moondial.attempt('h5', '1', 't') end }))",
            "moondial.attempt", "a __tostring metamethod called by tostring"
        ),
        ("load(function() moondial.all {} end)", "moondial.all", "a load reader function"),
    ])
    func waitWhereLuaCannotYieldIsRefusedBeforeAnythingIsSent(text: String, word: String, construct: String)
        async throws
    {
        let (report, sent): (ScriptReport, Int) = try await EngineHarness.inScript("assert(\n\(text))") {
            script, promise in
            script.onEnd = { promise.succeed(($0, script.transport.sent)) }
        }
        // `load` reports what its reader raises as its second result, which `assert` raises again.
        #expect(report.failure?.message.hasSuffix("\(word) cannot wait inside \(construct)") == true)
        #expect(report.failure?.site?.line == 2)
        #expect(sent == 0)
        #expect(report.runs.isEmpty)
    }

    @Test func coroutineOfAScriptCannotResumeItself() async throws {
        let report = try await EngineHarness().script(
            """
            local co
            co = coroutine.create(function()
              print(coroutine.status(co), coroutine.resume(co))
              verify("13800138000", "t")
              return coroutine.status(co)
            end)
            return coroutine.resume(co)
            """)
        #expect(report.printed == ["running\tfalse\tcannot resume non-suspended coroutine"])
        #expect(report.results == ["true", "running"])
    }
}
