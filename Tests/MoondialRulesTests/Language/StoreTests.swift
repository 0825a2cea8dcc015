// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import MoondialStore
import NIOConcurrencyHelpers
import NIOCore
import Testing

/// `moondial.store` with a store in memory, and with one whose replies a test gives.
struct StoreTests {
    /// Returns the results of a closure, inside the call or in a later tick.
    private struct ScriptedEngine: StoreEngine {
        var description: String { "scripted" }
        let isLate: Bool
        let answer: @Sendable (StoreCommand) -> Result<StoreReply, StoreError>

        func makeStore(on eventLoop: any EventLoop) -> any Store {
            ScriptedStore(eventLoop: eventLoop, isLate: isLate, answer: answer)
        }

        func close() async {}
    }

    private final class ScriptedStore: Store {
        private let eventLoop: any EventLoop
        private let isLate: Bool
        private let answer: (StoreCommand) -> Result<StoreReply, StoreError>

        init(
            eventLoop: any EventLoop, isLate: Bool,
            answer: @escaping (StoreCommand) -> Result<StoreReply, StoreError>
        ) {
            self.eventLoop = eventLoop
            self.isLate = isLate
            self.answer = answer
        }

        func perform(
            _ command: StoreCommand, deadline: NIODeadline,
            completion: @escaping (Result<StoreReply, StoreError>) -> Void
        ) {
            let result = answer(command)
            guard isLate else { return completion(result) }
            eventLoop.assumeIsolated().execute { completion(result) }
        }

        func close() {}
    }

    private static func harness(
        _ rules: String = "", isLate: Bool = false,
        _ answer: @escaping @Sendable (StoreCommand) -> Result<StoreReply, StoreError>
    ) -> EngineHarness {
        var harness = EngineHarness(rules)
        harness.store.engine = ScriptedEngine(isLate: isLate, answer: answer)
        return harness
    }

    private static func results(_ script: String) async throws -> [String] {
        let report = try await EngineHarness().script(script)
        #expect(report.failure == nil)
        return report.results
    }

    @Test func storeKeepsJSONValues() async throws {
        let results = try await Self.results(
            """
            local value = { list = { 1, 2.5, "x" }, yes = true, id = 9007199254740993 }
            assert(moondial.store.set("a", value))
            local read = moondial.store.get("a")
            return read.list[2], read.yes, read.id, moondial.store.get({ "a", "b" })
            """)
        #expect(results == ["2.5", "true", "9007199254740993", "nil"])
    }

    @Test func hookDeniesAfterTheLimitOfACounter() async throws {
        let harness = EngineHarness(
            """
            rule "twice" {
              pre_check = function(req)
                local count = moondial.store.count({ "phone", req.phone }, { limit = 2, window_s = 3600 })
                if not count.allowed then return deny("too_many", { used = count.used, limit = count.limit }) end
              end,
            }
            """)
        let report = try await harness.script(
            """
            local reasons = {}
            for _ = 1, 3 do reasons[#reasons + 1] = verify("13800138000", "sim:").reason end
            return table.concat(reasons, " "), verify("13800138001", "sim:").reason
            """)
        #expect(report.results == ["match match too_many", "match"])
    }

    @Test(arguments: [false, true]) func failedStoreCallReturnsNilAndAnError(isLate: Bool) async throws {
        let harness = Self.harness(isLate: isLate) { _ in .failure(StoreError(.timeout, "too slow")) }
        let report = try await harness.script(
            """
            local value, err = moondial.store.get("a")
            return value, err.kind, err.message, err.retryable, select("#", moondial.store.count("a", { limit = 1, window_s = 1 }))
            """)
        #expect(report.failure == nil)
        #expect(report.results == ["nil", "store_timeout", "too slow", "true", "2"])
    }

    @Test func hookThatIndexesTheNilOfAFailedStoreCallIsReview() async throws {
        let harness = Self.harness(
            """
            rule "careless" {
              pre_check = function(req)
                if not moondial.store.count(req.phone, { limit = 1, window_s = 1 }).allowed then return deny "x" end
              end,
            }
            """
        ) { _ in .failure(StoreError(.unavailable, "away")) }
        let run = try await harness.verify()
        #expect(run.result.decision.outcome == .review)
        #expect(run.result.decision.reason == "store_unavailable")
        #expect(run.result.attempts.isEmpty)
    }

    @Test(arguments: [false, true]) func phonesAndTokensAreNeverInStoreKeys(isLate: Bool) async throws {
        let seen = SeenNames()
        var harness = Self.harness(
            """
            rule "names" {
              pre_check = function(req)
                moondial.store.get(req.phone)
                moondial.store.get({ "token", req.token })
                moondial.store.get("p:" .. req.phone .. ":x")
                moondial.store.increment({ "day", 20 })
                moondial.store.has("list", req.phone)
              end,
            }
            """, isLate: isLate
        ) { command in
            seen.add("\(command)")
            return .success(.value(nil))
        }
        harness.store.hashKey = [1, 2, 3]
        let token = "STsid-0123456789abcdef0123456789"
        let run = try await harness.verify(phone: "13800138000", token: token)
        #expect(run.failures.isEmpty)
        let text = seen.all.joined(separator: "\n")
        #expect(seen.all.count == 5)
        #expect(!text.contains("13800138000") && !text.contains(token))
        #expect(text.contains("day:20") && text.contains("token:#"))
        let json = String(decoding: JSONValue.array(run.trace.stepsJSON).bytes, as: UTF8.self)
        #expect(!json.contains("13800138000") && !json.contains(token))
        let stores = run.trace.steps.filter { if case .store = $0.kind { true } else { false } }
        #expect(stores.count == 5)
    }

    @Test(arguments: ["203.0.113.7", "device-1234567890abcdef", "logins-per-hour-of", "a", "13900139000"])
    func whatCallersSubmitChangesNoNames(text: String) async throws {
        let seen = SeenNames()
        let harness = Self.harness(
            #"rule "r" { pre_check = function(req) moondial.store.has("list", req.exid) moondial.store.get(req.exid) end }"#
        ) { command in
            seen.add("\(command)")
            return .success(.value(nil))
        }
        // Before and after requests that submit the text, as a token and as a phone.
        let report = try await harness.script(
            """
            local text = "\(text)"
            verify("13800138000", "STsid-1", text)
            pcall(verify, "13800138000", text, text)
            pcall(verify, text, "STsid-2", text)
            verify("13800138000", "STsid-3", text)
            """)
        #expect(report.failure == nil)
        #expect(seen.all.count >= 4)
        #expect(Set(seen.all).count == 2)
    }

    @Test(
        arguments: [
            ("13800138000", true), ("+86 13800138000", true), ("x:13800138000:y", true), ("004915112345678", true),
            ("STsid-0123456789abcdef0123", true), ("token STsid-0123456789abcdef0123 of", true),
            ("138-0013-8000", true), ("+44 20 7946 0018", true), ("2026-12-01 14", false),
            ("AAAAAAAAAAAAAAAA", true), ("aaaaaaaaaaaaaaa1", true), ("logins-per-hour-of", false),
            ("203.0.113.7", false), ("2026-11-30", false), ("12345678", false), ("rule 3 of the second list", false),
            ("号码的次数每小时", false), ("", false),
        ])
    func partsOfTheFormOfAPhoneOrTokenAreHashed(part: String, isHashed: Bool) throws {
        let name = try StoreNames(StoreSettings()).key([Array("k".utf8), Array(part.utf8)]).parts[1]
        #expect((name != Array(part.utf8)) == isHashed)
    }

    @Test func hashedNamesDependOnTheHashKey() throws {
        func name(_ hashKey: [UInt8]) throws -> String {
            var settings = StoreSettings()
            settings.hashKey = hashKey
            return try StoreNames(settings).key([Array("13800138000".utf8)]).name
        }
        #expect(try name([1]) == name([1]))
        #expect(try name([1]) != name([2]))
        #expect(try name([1]).count == 33)
    }

    @Test func runIsReviewAfterTooManyStoreCalls() async throws {
        let run = try await EngineHarness(
            """
            rule "many" {
              pre_check = function(req)
                for i = 1, 33 do moondial.store.increment("a") end
              end,
            }
            """
        ).verify()
        #expect(run.failures.first?.message.contains("all 32 calls") == true)
        #expect(run.result.decision.outcome == .review)
    }

    @Test func storeCallInsideACoroutineOrPcallWaits() async throws {
        let harness = Self.harness(isLate: true) { _ in .success(.integer(7)) }
        let report = try await harness.script(
            """
            local ok, a = pcall(moondial.store.increment, "a")
            local b = coroutine.wrap(function() return moondial.store.increment("a") end)()
            local c, d = moondial.all {
              function() return moondial.store.increment("a") end,
              function() return moondial.store.increment("a") end,
            }
            return ok, a, b, c, d
            """)
        #expect(report.results == ["true", "7", "7", "7", "7"])
    }

    @Test func traceShowsStoreCallsWithTheirResults() async throws {
        let run = try await EngineHarness(
            """
            rule "look" {
              pre_check = function(req)
                moondial.store.count("a", { limit = 1, window_s = 60 })
                moondial.store.count("a", { limit = 1, window_s = 60 })
                moondial.store.has("blocklist", "x")
              end,
            }
            """
        ).verify()
        let steps = run.trace.stepsJSON.map { String(decoding: $0.bytes, as: UTF8.self) }.filter {
            $0.contains("\"store\"")
        }
        try #require(steps.count == 3)
        #expect(steps[0].contains("\"function\":\"count\",\"key\":\"a\",\"allowed\":true,\"used\":1,\"limit\":1"))
        #expect(steps[1].contains("\"allowed\":false") && steps[1].contains("retry_after_ms"))
        #expect(steps[2].contains("no_such_list"))
    }

    @Test(arguments: [
        (
            "moondial.store.get()",
            "bad argument #1 to 'moondial.store.get' (string or list of strings expected, got nil)"
        ),
        ("moondial.store.get({})", "expected at least one byte, got none"),
        ("moondial.store.get({ a = 1 })", "a list of strings expected, got named fields"),
        ("moondial.store.get({ 'a', {} })", "string expected at 2, got table"),
        ("moondial.store.get(('a'):rep(257))", "expected at most 256 bytes, got 257"),
        ("moondial.store.set('a')", "bad argument #2 to 'moondial.store.set' (value expected"),
        ("moondial.store.set('a', print)", "a function has no JSON form"),
        ("moondial.store.set('a', 1, { ttl = 1 })", "unknown option 'ttl'; did you mean 'ttl_s'?"),
        ("moondial.store.set('a', 1, { ttl_s = 0 })", "ttl_s: a time above 0"),
        ("moondial.store.set('a', 1, { ttl_s = 1e300 })", "ttl_s: a time above 0"),
        ("moondial.store.set('a', 1, { ttl_s = 'x' })", "ttl_s: a number of seconds expected"),
        ("moondial.store.increment('a', 1.5)", "integer expected, got number"),
        ("moondial.store.count('a')", "limit expected"),
        ("moondial.store.count('a', { limit = 1 })", "window_s expected"),
        ("moondial.store.count('a', { limit = -1, window_s = 1 })", "limit: an integer from 0"),
        ("moondial.store.count('a', { limit = 1, window_s = 0 })", "window_s: a time from 0.001"),
        ("moondial.store.count('a', { limit = 1.5, window_s = 1 })", "limit: an integer from 0"),
        ("moondial.store.count('a', { limit = 1 / 0, window_s = 1 })", "the number inf has no JSON form"),
        (
            "moondial.store.count('a', { limit = 1, window_s = 1, costs = 2 })",
            "unknown option 'costs'; did you mean 'cost'?"
        ),
        ("moondial.store.count('a', { limit = 1, window_s = 1, cost = true })", "cost: an integer from 0"),
        ("moondial.store.count('a', { 1, limit = 1, window_s = 1 })", "named fields expected, got a list"),
        ("moondial.store.count('a', 5)", "table expected, got number"),
        ("moondial.store.has('block list', 'a')", "expected letters, digits, dots"),
        ("moondial.store.has('blocklist', '')", "expected at least one byte"),
    ])
    func wrongArgumentsOfStoreCallsRaise(_ call: String, _ message: String) async throws {
        let failure = try await EngineHarness().script(call).failure
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "nothing was raised")")
    }

    @Test func numbersInKeysAndOptionsMayBeIntegersOrFloats() async throws {
        let results = try await Self.results(
            """
            assert(moondial.store.set({ "a", 5, "b:c" }, "found"))
            local count = moondial.store.count("a", { limit = 2.0, window_s = 60.5, cost = 2 })
            local nothing = moondial.store.count("a", { limit = 2, window_s = 60.5, cost = 0 })
            return moondial.store.get({ "a", "5", "b:c" }), moondial.store.get("a:5:b:c"), count.used, nothing.used,
              moondial.store.get({ "a", 5, "b:c" })
            """)
        #expect(results == ["found", "nil", "2", "2", "found"])
    }

    @Test func tooLargeValueIsAnError() async throws {
        let results = try await Self.results(
            "local ok, err = moondial.store.set('a', ('x'):rep(17000)); return ok, err.kind, err.retryable")
        #expect(results == ["nil", "value_too_large", "false"])
    }
}

/// The commands that a scripted store got.
private final class SeenNames: Sendable {
    private let names = NIOLockedValueBox<[String]>([])

    var all: [String] { names.withLockedValue { $0 } }

    func add(_ name: String) { names.withLockedValue { $0.append(name) } }
}
