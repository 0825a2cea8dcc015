// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// Every verdict is matched to its request by an exID.
@Suite struct CorrelationTests {
    private func run(
        _ rules: String = "", token: String = "t", exID: String? = nil, correlates: Bool = true
    ) async throws -> (FinishedRun, body: String) {
        var harness = EngineHarness(rules)
        harness.run.correlates = correlates
        return try await harness.onLoop { engine, record, promise in
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: token, exID: exID))
            engine.verify(request) { promise.succeed(($0, record.transport.lastBody)) }
        }
    }

    @Test func requestWithoutAnExIDIsSentWithTheTraceIDButShowsNone() async throws {
        let rules = "rule 'r' { map_result = function(req, attempt) return allow('x', { req.exid, attempt.exid }) end }"
        let (run, body) = try await run(rules)
        #expect(body == #"{"token":"t","phone":"13800138000","exID":"\#(run.result.traceID)"}"#)
        #expect(run.result.decision.outcome == .allow && run.result.decision.fields.isEmpty)
        #expect(run.result.exID == nil && run.result.lastAttempt?.exID == nil)
        #expect(!run.trace.json.description.contains("exID\":\"\(run.result.traceID)"))
    }

    @Test func exIDOfTheCallerIsSentUnchanged() async throws {
        let (run, body) = try await run(exID: "order-42")
        #expect(body == #"{"token":"t","phone":"13800138000","exID":"order-42"}"#)
        #expect(run.result.lastAttempt?.exID == "order-42")
    }

    @Test func noExIDIsAddedIfCorrelationIsOff() async throws {
        #expect(try await run(correlates: false).body == #"{"token":"t","phone":"13800138000"}"#)
    }

    @Test(arguments: [nil, "order-42"])
    func matchWithAnotherExIDIsNoMatch(exID: String?) async throws {
        let (run, _) = try await run(token: "sim:exid=other", exID: exID)
        #expect(run.result.decision.outcome == .review)
        #expect(run.result.verdict == .unknown)
        #expect(run.result.lastAttempt?.error?.kind == .badReply)
        #expect(run.result.lastAttempt?.delivered == .maybe)
    }

    @Test func fallbackAfterAReplyWithAnotherExIDIsRefused() async throws {
        let (run, _) = try await run("rule 'f' { fallback = function() return 'h5' end }", token: "sim:exid=other")
        #expect(run.result.attempts.count == 1)
        #expect(run.story.contains("guard token_spent"))
    }

    @Test func rawAttemptsAreMatchedByExIDToo() async throws {
        let text = """
            local a = moondial.attempt("h5", "13911112222", "sim:exid=other")
            local b = moondial.attempt("h5", "13911112222", "sim:")
            print(a.verdict, a.error and a.error.kind, b.verdict, b.exid)
            """
        let expected = ["unknown\tbad_reply\tmatch\tnil"]
        #expect(try await EngineHarness().script(text).printed == expected)
        let rules = "rule 'raw' { pre_check = function() \(text) end }"
        #expect(try await EngineHarness(rules).report().printed == expected)
    }
}
