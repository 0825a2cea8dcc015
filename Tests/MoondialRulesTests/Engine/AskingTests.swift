// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// The order in which hooks are called, and which answer counts.
@Suite struct AskingTests {
    private static let twoOfEach = """
        rule "first" {
          pre_check = function(req) if req.exid == "first" then return deny "first" end end,
          route = function(req) if req.exid == "route" then return "h5" end end,
          fallback = function(req, attempt) return nil end,
          map_result = function(req, attempt) end,
          on_decision = function(req, decision) end,
        }
        rule "second" {
          pre_check = function(req) if req.exid == "first" or req.exid == "second" then return deny "second" end end,
          route = function(req) return "mobile" end,
          fallback = function(req, attempt) return "h5" end,
          map_result = function(req, attempt) return review "mapped" end,
          on_decision = function(req, decision) end,
        }
        """

    @Test func firstAnswerOfAHookDecides() async throws {
        let harness = EngineHarness(Self.twoOfEach)
        #expect(try await harness.verify(exID: "first").decisionText == "deny first")
        let second = try await harness.verify(exID: "second")
        #expect(second.decisionText == "deny second")
        #expect(second.result.decision.rule == "second")
        #expect(try await harness.verify(exID: "route").result.endpoint == .h5)
    }

    @Test func traceListsCalledHooksAndTheDecidingRule() async throws {
        let run = try await EngineHarness(Self.twoOfEach).verify(token: "sim:code=9020")
        #expect(
            run.story == [
                "hook first.pre_check: none", "hook second.pre_check: none", "hook first.route: none",
                "hook second.route: endpoint", "attempt mobile 9020", "hook first.fallback: none",
                "hook second.fallback: endpoint", "attempt h5 9020", "hook first.fallback: none",
                "hook second.fallback: endpoint", "guard max_attempts", "hook first.map_result: none",
                "hook second.map_result: decision", "decision review: map_result of rule 'second'",
                "hook first.on_decision: none", "hook second.on_decision: none",
            ])
    }

    @Test func eventOfTheTraceNamesFileAndLineOfItsHook() async throws {
        var harness = EngineHarness()
        harness.rules = [
            ("a.lua", "\n\nrule 'a' {\n  pre_check = function()\n  end,\n}"),
            ("b.lua", "rule 'b' { map_result = { match = allow } }"),
        ]
        let run = try await harness.verify()
        let sites = run.trace.written.map { $0.site.map { "\($0.file):\($0.line)" } }
        #expect(sites == ["a.lua:4", nil, "b.lua:1"])
    }

    @Test func fallbackIsCalledOnlyWithoutAVerdict() async throws {
        let harness = EngineHarness("rule 'f' { fallback = function() return 'h5' end }")
        #expect(try await harness.verify().result.attempts.count == 1)
        #expect(try await harness.verify(phone: "13800009001").result.attempts.count == 1)
        #expect(try await harness.verify(phone: "13800009020").result.attempts.count == 2)
    }

    @Test func rulesRunInTheOrderOfFilesAndLines() async throws {
        var harness = EngineHarness()
        harness.rules = [
            ("b.lua", "rule 'b1' { pre_check = print } rule 'b2' { pre_check = print }"),
            ("a.lua", "rule 'a1' { pre_check = print }"),
        ]
        let run = try await harness.verify()
        #expect(run.trace.written.prefix(3).map(\.rule) == ["b1", "b2", "a1"])
    }

    @Test func ruleOfTheSameNameReplacesTheFirst() async throws {
        var harness = EngineHarness()
        harness.rules = [
            (
                "a.lua",
                "rule 'x' { map_result = { default = deny 'old' } }\nrule 'y' { map_result = { default = deny 'y' } }"
            ),
            ("b.lua", "\nrule 'x' { map_result = { default = deny 'new' } }"),
        ]
        let (outline, replacements) = try await harness.onLoop { engine, _, promise in
            promise.succeed((engine.outline, engine.replacements))
        }
        #expect(outline.rules.map(\.name) == ["x", "y"])
        #expect(outline.rules.map { "\($0.file):\($0.line)" } == ["b.lua:2", "a.lua:2"])
        #expect(replacements.map(\.replaced.line) == [1])
        #expect(replacements.map(\.rule.file) == ["b.lua"])
        #expect(try await harness.verify().decisionText == "deny new")
    }

    @Test func hookGetsAllFieldsOfTheRequest() async throws {
        let harness = EngineHarness(
            """
            rule "all" {
              pre_check = function(req)
                print(req.phone, req.token, req.exid, req.channel, req.ip, req.operator)
                print(req.token_age_ms, req.timeout_ms)
                print(req.context.a.b[2], #req.context.a.b, req.context.missing)
              end,
            }
            """)
        let report = try await harness.report(exID: "order-1") {
            $0.channel = .web
            $0.ip = "192.0.2.1"
            $0.carrier = .telecom
            $0.tokenAge = 1500
            $0.timeout = 900
            $0.context = ["a": ["b": [1, "two"]]]
        }
        #expect(
            report.printed == [
                "13800138000\tSTsid-example\torder-1\tweb\t192.0.2.1\tCT", "1500\t900", "two\t2\tnil",
            ])
        let bare = try await EngineHarness(
            "rule 'n' { pre_check = function(r) print(r.exid, r.channel, r.ip, r.operator, r.context) end }"
        ).report()
        #expect(bare.printed == ["nil\tnil\tnil\tnil\tnil"])
    }
}
