// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import Testing

/// An exploration tries the possible answers of the store, as it tries the replies of the provider.
@Suite("Exploration of rules that remember", .serialized, .timeLimit(.minutes(10)))
struct StoreExplorationTests {
    private static let counting = """
        rule "twice" { pre_check = function(req)
          local count = moondial.store.count({ "phone", req.phone }, { limit = 1, window_s = 60 })
          if not count.allowed then return deny("again", { retry_after_ms = count.retry_after_ms }) end
        end }

        """

    /// The store answers of each path that ends with this reason, as in `count phone:… = over`.
    private static func answers(_ exploration: Exploration, reason: String?) -> Set<[String]> {
        Set(
            exploration.paths.filter { exploration.result(of: $0).decision.reason == reason }
                .map { $0.store.map(\.words) })
    }

    /// A store call, and its possible answers.
    @Test(arguments: [
        (#"moondial.store.count("a", { limit = 3, window_s = 1 })"#, ["allowed", "over", "away"]),
        (#"moondial.store.count("a", { limit = 3, window_s = 1, cost = 4 })"#, ["over", "away"]),
        (#"moondial.store.count("a", { limit = 3, window_s = 1, cost = 0 })"#, ["allowed", "over", "away"]),
        (#"moondial.store.get "a""#, ["nothing", "away"]),
        (#"moondial.store.set("a", 1)"#, ["done", "away"]),
        (#"moondial.store.set("a", ("x"):rep(20000))"#, ["value_too_large"]),
        (#"moondial.store.add("a", 1)"#, ["true", "false", "away"]),
        (#"moondial.store.increment("a", 5)"#, ["5", "away"]),
        (#"moondial.store.delete "a""#, ["false", "away"]),
        (#"moondial.store.has("a", "b")"#, ["false", "true", "away"]),
    ])
    func storeCallBranchesOverItsPossibleAnswers(_ call: String, _ expected: [String]) async throws {
        let exploration = try await Workbench.explore(
            "rule 'r' { pre_check = function() pcall(function() \(call) end) return deny 'd' end }")
        #expect(exploration.paths.map { $0.store.map(\.outcome.text) } == expected.map { [$0] })
        #expect(exploration.unsteady.isEmpty)
    }

    @Test func storeAnswersOnAPathAreConsistent() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "r" { pre_check = function(req)
              local store = moondial.store
              local one, two = store.has("list", req.phone), store.has("list", req.phone)
              store.set("a", { 1 })
              local value = store.get "a"
              if value then value = value[1] end
              store.set("n", 7)
              return deny(tostring(one == two) .. tostring(value) .. tostring(store.increment "n"))
            end }
            """)
        let reasons = Set(exploration.paths.map { exploration.result(of: $0).decision.reason })
        // The store may be away at each call.
        #expect(reasons == ["true1nil", "true18", "truenilnil", "truenil8", "true11", "truenil1", "store_unavailable"])
    }

    @Test func limitStaysReachedOnAPath() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "r" { pre_check = function(req)
              local allowed = {}
              for i = 1, 2 do
                local count = moondial.store.count("a", { limit = 1, window_s = 60 })
                allowed[i] = count and tostring(count.allowed) or "away"
              end
              return deny(table.concat(allowed, " "))
            end }
            """)
        let reasons = exploration.paths.map { exploration.result(of: $0).decision.reason }
        #expect(
            reasons == [
                "true true", "true false", "true away", "false false", "false away", "away true", "away false",
                "away away",
            ])
    }

    @Test func atlasShowsStoreAnswersAsConditions() async throws {
        let exploration = try await Workbench.explore(
            Self.counting + """
                rule "listed" { pre_check = function(req)
                  if moondial.store.has("blocklist", req.phone) then return deny "listed" end
                end }
                """, requests: RequestClass.builtIn)
        #expect(exploration.unsteady.isEmpty)
        let lines = Atlas(exploration).groups.flatMap { group in
            group.patterns.map { "\($0.text): \(group.ending.text)" }
        }
        #expect(
            lines.filter { $0.hasPrefix("no attempt") } == [
                "no attempt when count phone:… = over: deny again by 'twice'",
                "no attempt when has blocklist = true: deny listed by 'listed'",
                "no attempt when has blocklist = away: review store_unavailable since pre_check of 'listed' failed",
                "no attempt when count phone:… = away: review store_unavailable since pre_check of 'twice' failed",
            ])
        // Patterns of attempts have no store condition: the attempt is made only if every call let the request pass.
        #expect(lines.contains("9000, 9000 without id at mobile or h5: allow match by default, 1 attempt, billed"))
    }

    @Test func conditionsOfSeveralStoreCallsAreShort() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "limits" { pre_check = function(req)
              local store = moondial.store
              local hour = store.count({ "hour", req.phone }, { limit = 5, window_s = 3600 })
              local day = store.count({ "day", req.phone }, { limit = 20, window_s = 86400 })
              if not hour.allowed or not day.allowed then return deny "often" end
              if store.has("blocklist", req.phone) then return deny "blocked" end
              if store.get { "vip", req.phone } and req.channel == "web" then return review "vip" end
            end }
            """, requests: RequestClass.builtIn)
        let texts = Atlas(exploration).groups.filter { $0.ending.attempts == 0 }.map { $0.patterns.map(\.text) }
        #expect(
            texts == [
                ["no attempt when has blocklist = true"],
                [
                    "no attempt when count hour:… = over",
                    "no attempt when count day:… = over and count hour:… = allowed",
                ],
                [
                    "no attempt when count hour:… = away", "no attempt when has blocklist = away",
                    "no attempt when count day:… = away and count hour:… = allowed",
                ],
            ], "\(texts)")
    }

    @Test func storeConditionsAppearOnlyAfterOutcomesWithAStoreCall() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "sometimes" { fallback = function(req, attempt)
              if attempt.code ~= 9020 then return end
              local count = moondial.store.count("h5", { limit = 10, window_s = 1 })
              if count and count.allowed then return "h5" end
            end }
            rule "rest" { map_result = { [9020] = review "busy", default = review "sms" } }
            """)
        let busy = try #require(
            Atlas(exploration).groups.first { $0.ending.reason == "busy" && $0.ending.attempts == 1 })
        #expect(busy.patterns.map(\.text) == ["9020 at mobile when count h5 = away or over"])
        let patterns = Atlas(exploration).groups.filter { $0.ending.reason == "sms" && $0.ending.attempts == 1 }
            .flatMap(\.patterns)
        #expect(patterns.allSatisfy { !$0.text.contains(" when ") }, "\(patterns.map(\.text))")
    }

    @Test func hookThatFailsWithoutAStoreIsNoFinding() async throws {
        let findings = try await Workbench.findings(
            Self.counting
                + "rule 'rest' { map_result = { match = allow 'ok', mismatch = deny 'x', default = review 'y' } }"
                + " rule 'log' { on_decision = function(req, d) moondial.log(d.decision) end }")
        #expect(findings.map(\.message) == [])
    }

    @Test func alarmThrottledByTheStoreIsNoFinding() async throws {
        let findings = try await Workbench.findings(
            """
            rule 'rest' { map_result = { match = allow 'ok', mismatch = deny 'x', default = review 'y' } }
            rule 'log' { on_decision = function(req, d)
              local first = moondial.store.add("alarm", true, { ttl_s = 60 })
              if first then moondial.log(d.decision) end
            end }
            """)
        #expect(findings.filter { $0.code == .silentTrouble }.map(\.message) == [])
    }

    @Test func counterexampleHasTheStoreAnswers() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "friends" { pre_check = function(req)
              if moondial.store.has("friends", req.phone) then return allow "friend" end
            end }
            """)
        let report = ExplorationReport(exploration).text(style: .plain)
        #expect(
            report.contains(
                """
                  test "allow without a match by 'friends'" {
                    request = { phone = "13800138000" },
                    store = { true },
                    replies = {},
                    expect = { decision = "allow", reason = "friend", attempts = 0, billed = 0 },
                  }

                """), "\(report)")
    }

    @Test func onlyTheFirstStoreCallsOfAPathBranch() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "r" { pre_check = function(req)
              for i = 1, 10 do moondial.store.get("k" .. i) end
              return deny "d"
            end }
            """)
        #expect(exploration.paths.count == 1 << Explorer.branchingStoreCalls)
        #expect(exploration.omission?.contains("the first 6 are answered in every way") == true)
    }

    @Test func diffComparesPathsWithTheSameStoreAnswers() async throws {
        let same = RulebookDiff(
            old: try await Workbench.explore(Self.counting), new: try await Workbench.explore("\n" + Self.counting))
        #expect(same.changes.map(\.title) == [])
        let milder = RulebookDiff(
            old: try await Workbench.explore(Self.counting),
            new: try await Workbench.explore(Self.counting.replacing("deny(\"again\"", with: "review(\"again\"")))
        #expect(
            milder.text(style: .plain, price: nil).hasPrefix(
                "deny again → review again: no attempt when count phone:… = over (by 'twice'), 1 path\n"))
    }

    @Test func diffComparesRulesWithAndWithoutStoreCalls() async throws {
        let without = try await Workbench.explore("rule 'r' { map_result = { default = review 'x' } }")
        let with = try await Workbench.explore(Self.counting + "rule 'r' { map_result = { default = review 'x' } }")
        for (old, new) in [(without, with), (with, without)] {
            let diff = RulebookDiff(old: old, new: new)
            // A path that ends over the limit, or without the store, is compared with each outcome of an attempt.
            #expect(diff.changes.allSatisfy { $0.paths <= Outcome.all.count })
            #expect(diff.changes.reduce(0) { $0 + $1.paths } == 2 * Outcome.all.count)
            #expect(diff.changes.flatMap(\.patterns).allSatisfy { $0.text.contains("count phone:… = ") })
        }
    }
}
