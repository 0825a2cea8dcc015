// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// The field `store` in tests of rules, and how other commands use its answers.
@Suite("store in tests", .timeLimit(.minutes(10)))
struct ScriptedStoreTests {
    private static let rules = """
        rule "often" {
          pre_check = function(req)
            local count = moondial.store.count({ "phone", req.phone }, { limit = 2, window_s = 60 })
            if not count.allowed then return deny("often", { retry_after_ms = count.retry_after_ms }) end
            if moondial.store.has("blocklist", req.phone) then return deny "blocked" end
            local note = moondial.store.get({ "note", req.phone })
            if note then return review(note.reason) end
          end,
        }

        """

    private func run(_ tests: String, _ arguments: [String] = []) async throws -> Outcome {
        let folder = try TemporaryFolder(["rules.lua": Self.rules, "rules_test.lua": tests])
        return try await Executable.run(["test"] + arguments, in: folder)
    }

    @Test func storeAnswersCanBeGivenInSeveralForms() async throws {
        let outcome = try await run(
            """
            test "away" { request = {}, store = "away", expect = { reason = "store_unavailable" } }
            test "late" { request = {}, store = "store_timeout", expect = { reason = "store_unavailable" } }
            test "over" { request = {}, store = { "over" }, expect = { reason = "often", retry_after_ms = 60000 } }
            test "in order" { request = {}, store = { "allowed", true }, expect = { reason = "blocked" } }
            test "by function" { request = {}, store = { has = false, count = { allowed = false, retry_after_ms = 5 } },
              expect = { retry_after_ms = 5 } }
            test "a value" { request = {}, store = { has = false, get = { value = { reason = "n" } } },
              expect = { reason = "n" } }
            test "a list" { request = {}, store = { lists = { blocklist = { "13800138000" } } },
              expect = { reason = "blocked" } }
            test "an entry" { request = {},
              store = { lists = { blocklist = {} }, entries = { { { "note", "13800138000" }, { reason = "e" } } } },
              expect = { reason = "e" } }
            test "every outcome" { request = {}, store = { "allowed", true }, for_all_outcomes = true,
              expect = { reason = "blocked" } }
            """)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasSuffix("\n9 passed\n"))
    }

    @Test func testFunctionsCanSetTheStore() async throws {
        let outcome = try await run(
            """
            test("the window moves on with the clock", function(t)
              t:store { has = false }
              local function reason() return verify("13800138000", "a-token").reason end
              t:equal({ reason(), reason(), reason() }, { "match", "match", "often" })
              t:advance "59s"
              t:equal(reason(), "often")
              t:advance "2s"
              t:equal(reason(), "match")
            end)
            test("it can go away", function(t)
              t:store { "allowed", "away" }
              t:equal(verify("13800138000", "a-token").reason, "store_unavailable")
              t:store "away"
              t:equal(moondial.store.get "a", nil)
            end)
            """)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    }

    @Test func missingOrWrongStoreAnswersAreReported() async throws {
        let outcome = try await run(
            """
            test "few" { request = {}, store = { "allowed" }, expect = { decision = "review" } }
            test "wrong" { request = {}, store = { true }, expect = { decision = "review" } }
            """)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("call 2 of the store, has, asked for an answer, but the test has 1"))
        #expect(
            outcome.output.contains(
                #"call 1 of the store, count, has a wrong answer: "allowed", "over" or { allowed = …, used = … } expected"#
            ))
    }

    @Test(arguments: [
        (#""gone""#, #"store: "away", a list of answers or a table of functions expected, got "gone""#),
        ("{ \"ovr\" }", "store: answer 1: no answer is named \"ovr\"; did you mean 'over'?"),
        ("{ count = true }", #"store: count: "allowed", "over" or { allowed = …, used = … } expected, or "away""#),
        ("{ cuont = \"over\" }", "store: a store has no 'cuont'; did you mean 'count'?"),
        ("{ entries = 5 }", "store: entries: a table of keys"),
    ])
    func invalidStoreFieldIsALoadError(_ store: String, _ message: String) async throws {
        let outcome = try await run("test \"t\" { request = {}, store = \(store), expect = { billed = 0 } }")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func testsWrittenByExploreForStoreFindingsPass() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": """
            rule "friends" { pre_check = function(req)
              local first = moondial.store.count(req.phone, { limit = 5, window_s = 60 })
              if first and moondial.store.has("friends", req.phone) then return allow "friend" end
            end }
            rule "rest" { map_result = { match = allow "ok", mismatch = deny "x", default = review "y" } }
            """
        ])
        let explored = try await Executable.run(["explore", "--rules", "rules.lua", "--json"], in: folder)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(explored.output.utf8)) as? [String: Any])
        let findings = try #require(report["findings"] as? [[String: Any]])
        let tests = findings.compactMap { $0["test"] as? String }
        #expect(findings.contains { $0["store"] as? [String] == ["count … = allowed", "has friends = true"] })
        _ = try folder.write(tests.joined(separator: "\n"), to: "rules_test.lua")
        let tested = try await Executable.run(["test"], in: folder)
        #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    }

    @Test func testWrittenFromARecordedRunHasItsStoreAnswers() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules.replacing("moondial.store.has", with: "moondial.store.add")
        ])
        let verified = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--phone", "13800138000", "--token", "a-token", "--json", "--trace"],
            in: folder)
        _ = try folder.write(verified.output, to: "trace.json")
        let written = try await Executable.run(["test", "--from", "trace.json"], in: folder)
        #expect(written.output.contains("  store = { \"allowed\", true },\n"), "\(written.output)")
        _ = try folder.write(written.output, to: "rules_test.lua")
        let tested = try await Executable.run(["test"], in: folder)
        #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    }

    @Test func whyCommandNamesAnswersOfTheStore() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": """
            rule "once" { pre_check = function(req)
              local count = moondial.store.count(req.phone, { limit = 1, window_s = 60 })
              if not count.allowed then return deny "again" end
            end }
            """
        ])
        let outcome = try await Executable.run(
            ["repl", "--rules", "rules.lua"],
            input: """
                verify("13800138000", "sim:")
                verify("13800138000", "sim:")
                :why allow
                :why review

                """, in: folder)
        #expect(
            outcome.output.contains(
                "with 9000 at attempt 1 and count … = allowed instead of over: allow match by default, 1 attempt, billed"
            ),
            "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("with count … = away instead of over: review store_unavailable since"))
    }

    @Test func whyCommandNamesTheReasonAndTheSameDecision() async throws {
        let outcome = try await Executable.run(
            ["repl"], input: "verify('13800138000', 'sim:').code\n:why allow\n:why review\n:reload\n")
        #expect(
            outcome.output.contains("with the same replies and options: allow match by default, 1 attempt, billed\n"))
        #expect(outcome.output.contains("with 9002 instead of 9000: review code_9002 by default"), "\(outcome.output)")
        #expect(outcome.errors.contains("no rule files are loaded"))
    }

    @Test func coverageListsStoreAnswersThatNoTestExercises() async throws {
        let outcome = try await run(
            """
            test "over" { request = {}, store = { "over" }, expect = { reason = "often" } }
            test "listed" { request = {}, store = { "allowed", true }, expect = { reason = "blocked" } }
            """, ["--coverage"])
        #expect(
            outcome.output.contains(
                """
                Store
                  call of the store  hook                  exercised      never
                  count phone:…      pre_check of 'often'  allowed, over  away
                  has blocklist      pre_check of 'often'  true           false, away

                """), "\(outcome.output)")
    }
}
