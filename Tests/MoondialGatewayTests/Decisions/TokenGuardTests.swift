// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import NIOConcurrencyHelpers
import NIOCore
import Testing

/// A token is sent to the provider once.
@Suite struct TokenGuardTests {
    @Test func sameTokenGetsTheRecordedDecision() async throws {
        let gate = AttemptGate()
        gate.open()
        try await GatewayFixture.run(gate: gate) { gateway in
            let first = try await gateway.verify("STsid-1", exID: "order-1")
            let second = try await gateway.verify("STsid-1", exID: "order-2")
            #expect(first.fields["x-moondial-replayed"] == nil)
            #expect(second.fields["x-moondial-replayed"] == "true")
            #expect(second.json["id"] == first.json["id"])
            #expect(second.json["code"] == 9000)
            #expect(second.json["exID"] == "order-2")
            #expect(second.fields["x-moondial-trace-id"] == first.fields["x-moondial-trace-id"])
            let decided = try await gateway.request(
                "POST", "/v1/decide", body: GatewayFixture.verifyBody("STsid-1", exID: "order-3"))
            #expect(decided.json["replayed"] == true)
            #expect(decided.json["decision"] == "allow")
            #expect(decided.json["exID"] == "order-3")
            #expect(gate.arrivals == 1)
        }
    }

    @Test func sameTokenWithAnotherPhoneIsReviewed() async throws {
        let gate = AttemptGate()
        gate.open()
        try await GatewayFixture.run(gate: gate) { gateway in
            #expect(try await gateway.verify("STsid-1", phone: "13800138000").decision == "allow match")
            let other = try await gateway.verify("STsid-1", phone: "13800138001")
            #expect(other.decision == "review token_reused")
            #expect(other.json["code"] == 9002)
            #expect(other.json["id"] == nil)
            let events = gateway.events.withLockedValue { $0 }
            let guarded = events.compactMap { if case .guardDecided(let decision) = $0 { decision } else { nil } }
            try #require(guarded.count == 1)
            #expect(guarded[0].reason == "token_reused")
            #expect(guarded[0].phone == "138****8001")
            #expect(guarded[0].traceID == other.fields["x-moondial-trace-id"])
            // The decision for the right phone is still recorded.
            #expect(try await gateway.verify("STsid-1", phone: "13800138000").decision == "allow match")
            #expect(gate.arrivals == 1)
        }
    }

    @Test func requestsWhileTheTokenIsInFlightWaitForItsDecision() async throws {
        let gate = AttemptGate()
        try await GatewayFixture.run(workers: 2, gate: gate) { gateway in
            async let first = gateway.verify("STsid-1", exID: "order-1")
            await gate.arrival(of: 1)
            async let second = gateway.verify("STsid-1", exID: "order-2")
            async let third = gateway.verify("STsid-1", exID: "order-3")
            async let other = gateway.verify("STsid-1", phone: "13800138001")
            #expect(try await other.decision == "review token_reused")
            gate.open()
            let replies = try await [first, second, third]
            #expect(replies.map { $0.json["code"] } == [9000, 9000, 9000])
            #expect(replies.map { $0.json["exID"] } == ["order-1", "order-2", "order-3"])
            #expect(gate.arrivals == 1)
        }
    }

    @Test func requestsWaitingForARefusedOneAreRefusedToo() async throws {
        let gate = AttemptGate()
        let limits: @Sendable (inout GatewayConfiguration) -> Void = {
            $0.runs = 1
            $0.waitingRuns = 1
        }
        try await GatewayFixture.run(gate: gate, configure: limits) { gateway in
            async let running = gateway.verify("STsid-1")
            await gate.arrival(of: 1)
            // Both exceed the waiting time: one waits for a run to end, the other for the first.
            async let first = gateway.verify("STsid-2", exID: "order-1")
            async let second = gateway.verify("STsid-2", exID: "order-2")
            let replies = try await [first, second]
            #expect(replies.map(\.status) == [503, 503])
            gate.open()
            #expect(try await running.json["code"] == 9000)
            let again = try await gateway.verify("STsid-2")
            #expect(again.json["code"] == 9000)
        }
    }

    @Test func tokenThatWasNotSentCanBeUsed() async throws {
        let rules = """
            rule "r" { pre_check = function(req) if req.exid == "early" then return review "come_again" end end }
            """
        try await GatewayFixture.run(rules: rules) { gateway in
            let firstReply = try await gateway.verify("STsid-1", exID: "early")
            #expect(firstReply.decision == "review come_again")
            let secondReply = try await gateway.verify("STsid-1", exID: "late")
            #expect(secondReply.decision == "allow match")
        }
    }

    @Test func withoutTheTokenGuardEachRequestIsSent() async throws {
        let gate = AttemptGate()
        gate.open()
        try await GatewayFixture.run(gate: gate, configure: { $0.tokenGuard = nil }) { gateway in
            _ = try await gateway.verify("STsid-1")
            _ = try await gateway.verify("STsid-1")
            #expect(gate.arrivals == 2)
        }
    }

    @Test func idempotencyKeyGivesTheSameDecision() async throws {
        let gate = AttemptGate()
        gate.open()
        try await GatewayFixture.run(gate: gate) { gateway in
            let key = ["Idempotency-Key: k-1"]
            let first = try await gateway.verify("STsid-1", exID: "order-1", fields: key)
            let second = try await gateway.verify("STsid-1", exID: "order-1", fields: key)
            #expect(second.fields["x-moondial-replayed"] == "true")
            #expect(second.body == first.body)
            let other = try await gateway.verify("STsid-2", exID: "order-1", fields: key)
            #expect(other.status == 422)
            #expect(gate.arrivals == 1)
        }
    }
}
