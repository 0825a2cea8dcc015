// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

@testable import MoondialRules

struct RunMachineReservationTests {
    private static let fallback = [MachineFixture.rule("repair", line: 1, .fallback)]

    private static func machine(_ rules: [RuleOutline] = []) -> RunMachine {
        RunMachine(
            outline: RulebookOutline(rules: rules, revision: "9c41e0a2"), settings: RunSettings(timeout: .seconds(1)),
            request: MachineFixture.request, traceID: TraceID(rawValue: 1), reservesTokens: true)
    }

    @Test func attemptStartsOnlyAfterItsTokenIsReserved() {
        var machine = Self.machine()
        guard case .reserveToken(.mobile) = machine.start(now: .zero) else { return #expect(Bool(false)) }
        #expect(machine.trace.attemptCount == 0)
        guard case .attempt(.mobile) = machine.tokenReserved(.granted, now: .milliseconds(5)) else {
            return #expect(Bool(false))
        }
        #expect(machine.trace.attemptCount == 1)
    }

    @Test func refusedReservationIsReview() throws {
        var machine = Self.machine()
        _ = machine.start(now: .zero)
        guard case .finish(let result) = machine.tokenReserved(.refused(.tokenSpent), now: .zero) else {
            return #expect(Bool(false))
        }
        #expect(result.decision.outcome == .review)
        #expect(result.decision.reason == "token_spent")
        #expect(result.attempts.isEmpty)
    }

    @Test func reservationGrantedAfterTheDeadlineStartsNoAttempt() {
        var machine = Self.machine()
        _ = machine.start(now: .zero)
        guard case .finish(let result) = machine.tokenReserved(.granted, now: .seconds(1)) else {
            return #expect(Bool(false))
        }
        #expect(result.decision.reason == "deadline")
    }

    @Test func tokenOfAFallbackIsReservedToo() {
        var machine = Self.machine(Self.fallback)
        _ = machine.start(now: .zero)
        _ = machine.tokenReserved(.granted, now: .zero)
        _ = machine.attemptFinished(MachineFixture.reply(9020), now: .zero)
        let next = machine.hookAnswered(.fallback(.h5, evenIfDelivered: false), now: .zero)
        guard case .reserveToken(.h5) = next else { return #expect(Bool(false)) }
    }

    @Test func runWaitingForAReservationCanBeCancelled() {
        var machine = Self.machine()
        _ = machine.start(now: .zero)
        guard case .finish(let result) = machine.cancelled(now: .zero) else { return #expect(Bool(false)) }
        #expect(result.decision.reason == RunMachine.cancellationReason)
        guard case .nothing = machine.tokenReserved(.granted, now: .zero) else { return #expect(Bool(false)) }
    }

    @Test func attemptStartsAtOnceWithoutReservations() {
        var machine = MachineFixture.machine()
        guard case .attempt = machine.start(now: .zero) else { return #expect(Bool(false)) }
    }
}
