// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import Testing

/// `req`, `attempt` and the decision of `on_decision` are read-only tables.
@Suite struct RecordTests {
    /// Runs `body` in a `map_result` hook and returns the printed lines.
    private func inHook(_ body: String) async throws -> [String] {
        let report = try await EngineHarness(
            "rule 'r' { map_result = function(req, attempt) \(body) end }"
        ).report(token: "sim:reset=after", exID: "order-1") {
            $0.context = ["list": [1, 2, ["deep": true]], "name": "x"]
        }
        #expect(report.runs[0].failures == [])
        return report.printed
    }

    @Test func recordsCanBeReadLikeTables() async throws {
        #expect(
            try await inHook(
                """
                local keys = {}
                for key in pairs(req) do keys[#keys + 1] = key end
                table.sort(keys)
                print(type(req), table.concat(keys, " "), rawget(req, "exid"), next(req) ~= nil)
                print(#req.context.list, table.unpack(req.context.list, 1, 2))
                for i, item in ipairs(req.context.list) do print(i, type(item)) end
                print(moondial.json.encode(req.context))
                print(moondial.json.decode(moondial.json.encode(attempt.error)).kind)
                """
            ) == [
                "table\tcontext exid phone token\torder-1\ttrue", "3\t1\t2", "1\tnumber", "2\tnumber", "3\ttable",
                #"{"list":[1,2,{"deep":true}],"name":"x"}"#,
                "reset",
            ])
    }

    @Test(arguments: [
        ("req.phone = '1'", "cannot assign field 'phone': 'req' is read-only"),
        ("req.ip = '1'", "cannot assign field 'ip': 'req' is read-only"),
        ("req.new = '1'", "cannot assign field 'new': 'req' is read-only"),
        ("req[1] = '1'", "cannot assign field '1': 'req' is read-only"),
        ("rawset(req, 'phone', '1')", "bad argument #1 to 'rawset' (the table is read-only)"),
        ("setmetatable(req, nil)", "cannot change a protected metatable"),
        ("table.insert(req.context.list, 4)", "'context' is read-only"),
        ("req.context.name = 'y'", "cannot assign field 'name': 'context' is read-only"),
        ("req.context.list[1] = 'y'", "cannot assign field '1': 'context' is read-only"),
        ("attempt.code = 9000", "cannot assign field 'code': 'attempt' is read-only"),
        ("attempt.error.kind = 'dns'", "cannot assign field 'kind': 'error' is read-only"),
    ])
    func recordsCannotBeChanged(assignment: String, message: String) async throws {
        let printed = try await inHook("print(pcall(function() \(assignment) end)) print(req.phone)")
        try #require(printed.count == 2)
        #expect(printed[0].hasPrefix("false\t"))
        #expect(printed[0].hasSuffix(message))
        #expect(printed[1] == "13800138000")
    }

    @Test(arguments: [
        ("req.phnoe", "req has no field 'phnoe'; did you mean 'req.phone'?"),
        ("req.exID", "req has no field 'exID'; did you mean 'req.exid'?"),
        ("req[1]", "req has no field '1'"), ("req.anything", "req has no field 'anything'"),
        ("attempt.verdcit", "attempt has no field 'verdcit'; did you mean 'attempt.verdict'?"),
        ("attempt.error.type", "error has no field 'type'"),
    ])
    func readingUnknownFieldOfARecordIsAnError(expression: String, message: String) async throws {
        let printed = try await inHook("print(pcall(function() return \(expression) end))")
        #expect(printed == ["false\trules.lua:1: \(message)"])
    }

    @Test func unsetFieldOfARecordIsNil() async throws {
        #expect(
            try await inHook("print(req.channel, req.ip, attempt.code, attempt.id, req.context.none)")
                == ["nil\tnil\tnil\tnil\tnil"])
    }

    @Test func allHooksOfARunGetTheSameRequest() async throws {
        let report = try await EngineHarness(
            """
            local first
            rule "r" {
              pre_check = function(req) first = req end,
              route = function(req) moondial.attempt("h5", "13911112222", "other") print(rawequal(req, first)) end,
              map_result = function(req) print(rawequal(req, first), req.exid) return allow end,
              on_decision = function(req) print(rawequal(req, first)) error(first) end,
            }
            rule "s" { on_decision = function(req) print(rawequal(req, first)) end }
            """
        ).report(exID: "order-1")
        #expect(report.printed == ["true", "true\torder-1", "true", "true"])
    }

    @Test func onDecisionCannotChangeTheDecision() async throws {
        let report = try await EngineHarness(
            """
            rule "m" { map_result = { match = allow("ok", { tags = { "a" } }) } }
            rule "o" {
              on_decision = function(req, decision)
                print(decision.decision, decision.tags[1], decision.nothing, #decision.attempts)
                for _, change in ipairs {
                  function() decision.decision = "deny" end, function() decision.tags[1] = "b" end,
                  function() decision.attempts[1] = nil end, function() decision.attempts[1].code = 1 end,
                } do print(pcall(change)) end
              end,
            }
            """
        ).report()
        #expect(
            report.printed == [
                "allow\ta\tnil\t1", "false\trules.lua:6: cannot assign field 'decision': 'decision' is read-only",
                "false\trules.lua:6: cannot assign field '1': 'context' is read-only",
                "false\trules.lua:7: cannot assign field '1': 'context' is read-only",
                "false\trules.lua:7: cannot assign field 'code': 'attempt' is read-only",
            ])
    }

    @Test func attemptsInScriptsAreRecords() async throws {
        let report = try await EngineHarness().script(
            "return pcall(function() return verify('13800138000', 't').attempts[1].verdcit end)")
        #expect(
            report.results == [
                "false", "script.lua:1: attempt has no field 'verdcit'; did you mean 'attempt.verdict'?",
            ])
    }
}
