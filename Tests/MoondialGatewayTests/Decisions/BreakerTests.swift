// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import NIOConcurrencyHelpers
import NIOCore
import NumberVerification
import Testing

/// The breaker refuses calls while the account cannot be used.
@Suite struct BreakerTests {
    @Test(arguments: [9007, 9011, 9014, 9018, 9031])
    func blockedAccountIsNotCalledAgain(code: Int) async throws {
        let gate = AttemptGate()
        gate.open()
        try await GatewayFixture.run(gate: gate, configure: { $0.breakerInterval = .hours(1) }) { gateway in
            let first = try await gateway.verify("STsid-1", phone: "1380000\(code)")
            #expect(first.decision == "review code_\(code)")
            let second = try await gateway.verify("STsid-2")
            #expect(second.decision == "review account_blocked")
            #expect(second.json["code"] == 9002)
            #expect(gate.arrivals == 1)
            let readiness = try await gateway.admin("/readyz")
            #expect(readiness.text.contains("open since code \(code)"))
            let metrics = try await gateway.admin("/metrics")
            #expect(metrics.text.contains("moondial_breaker_open{app=\"\(GatewayFixture.credentials.appKey)\"} 1"))
            // The token was not sent.
            #expect(
                gateway.events.withLockedValue { $0 }.contains { if case .breakerOpened = $0 { true } else { false } })
        }
    }

    /// Rules map answers of the provider, and a refused call has none.
    @Test func rulesDoNotMapABlockedAccount() async throws {
        let rules = #"rule "r" { map_result = { match = allow, mismatch = deny, unknown = review "ask_for_sms" } }"#
        try await GatewayFixture.run(rules: rules, configure: { $0.breakerInterval = .hours(1) }) { gateway in
            let first = try await gateway.verify("STsid-1", phone: "13800009014")
            #expect(first.decision == "review ask_for_sms")
            let second = try await gateway.verify("STsid-2")
            #expect(second.decision == "review account_blocked")
        }
    }

    @Test func openBreakerAllowsOneCallPerInterval() {
        let breaker = AccountBreaker(interval: .seconds(30))
        let start = NIODeadline.uptimeNanoseconds(1)
        #expect(breaker.allowsCall(now: start))
        #expect(breaker.note(code: 9018, now: start) == .open(code: 9018))
        #expect(breaker.note(code: 9018, now: start) == nil)
        #expect(!breaker.allowsCall(now: start + .seconds(29)))
        #expect(breaker.allowsCall(now: start + .seconds(30)))
        #expect(!breaker.allowsCall(now: start + .seconds(31)))
        #expect(breaker.allowsCall(now: start + .seconds(60)))
        #expect(breaker.note(code: 9001, now: start + .seconds(60)) == .closed)
        #expect(breaker.allowsCall(now: start + .seconds(61)))
    }
}
