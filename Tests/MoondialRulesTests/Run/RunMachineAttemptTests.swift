// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// Attempts are refused because of the token, the maximum or the deadline.
struct RunMachineAttemptTests {
    private typealias Fixture = MachineFixture
    private let other = MachineFixture.requestOrTrap(phone: "13900139000", token: "STsid-invented-token-2")

    /// `allowed`: whether a fallback may follow the first attempt without `even_if_delivered`.
    @Test(arguments: [
        (Fixture.trouble(.dns, .no), true), (Fixture.trouble(.tls, .no), true),
        (Fixture.trouble(.poolFull, .no), true), (Fixture.reply(9020), true), (Fixture.reply(9003), true),
        (Fixture.reply(9099), false), (Fixture.reply(9002), false), (Fixture.reply(9777), false),
        (Fixture.trouble(.responseTimeout, .maybe), false), (Fixture.trouble(.reset, .maybe), false),
        (Fixture.trouble(.badReply, .maybe), false), (Fixture.doubtfulMatch(), false),
    ])
    func fallbackWithATokenThatMayBeSpentIsRefusedUnlessEvenIfDelivered(first: Attempt, allowed: Bool) {
        for evenIfDelivered in [false, true] {
            var player = MachinePlayer([Fixture.rule("a", .fallback)])
            let result = player.play(
                ["a: fallback": .fallback(.h5, evenIfDelivered: evenIfDelivered)],
                attempts: [first, Fixture.reply(9000, at: .h5)])
            let sent = allowed || evenIfDelivered
            #expect(player.endpoints == (sent ? [.mobile, .h5] : [.mobile]))
            #expect(result.decision.outcome == (sent ? .allow : .review))
            #expect(player.events(.refusal).map { $0.detail["reason"] } == (sent ? [] : ["token_spent"]))
        }
    }

    @Test func evenIfDeliveredHoldsForOneAttempt() {
        var player = MachinePlayer([Fixture.rule("a", .fallback)], settings: RunSettings(maxAttempts: 3))
        var evenIfDelivered = true
        _ = player.play(
            hook: { _, _, _, _ in
                defer { evenIfDelivered = false }
                return .fallback(.h5, evenIfDelivered: evenIfDelivered)
            }, attempt: { number, _ in number == 1 ? Fixture.trouble(.reset, .maybe) : Fixture.reply(9020) })
        #expect(player.endpoints == [.mobile, .h5])
    }

    @Test func refusedFallbackLeavesTheDecisionToMapResult() {
        let rules = [Fixture.rule("a", .fallback), Fixture.rule("b", .fallback, .mapResult)]
        var player = MachinePlayer(rules)
        let result = player.play(
            ["a: fallback": .fallback(.h5, evenIfDelivered: false)], attempts: [Fixture.trouble(.reset, .maybe)])
        #expect(player.calls == ["a: fallback", "b: map_result"])
        #expect(result.decision.reason == "reset")
        let refusal = player.events(.refusal).first
        #expect(refusal?.rule == "a")
        #expect(refusal?.site == HookSite(file: "rules.lua", line: 2))
        #expect(refusal?.detail["message"] == "attempt at h5 refused: an earlier attempt may have spent the token")
    }

    @Test(arguments: 1...4)
    func fallbackAfterMaxAttemptsIsRefused(maximum: Int) {
        var player = MachinePlayer([Fixture.rule("a", .fallback)], settings: RunSettings(maxAttempts: maximum))
        let result = player.play(
            hook: { _, _, _, _ in .fallback(.h5, evenIfDelivered: true) }, attempt: { Fixture.reply(9020, at: $1) })
        #expect(player.endpoints.count == maximum)
        #expect(result.attempts.count == maximum)
        #expect(player.events(.refusal).map { $0.detail["reason"] } == ["max_attempts"])
        #expect(result.decision.reason == "code_9020")
    }

    // MARK: Deadline

    @Test func noAttemptStartsAtTheDeadline() {
        var player = MachinePlayer([Fixture.rule("a", .preCheck, .mapResult)], timeout: .milliseconds(1))
        var evidence: Evidence?
        let result = player.play(hook: { _, call, _, _ in
            if case .evidence(let seen) = call.input { evidence = seen }
            return .none
        })
        #expect(player.endpoints.isEmpty)
        #expect(evidence == .noAttempt(.deadline))
        #expect(result.decision == Decision(RuleDecision(.review, reason: "deadline")))
        #expect(result.why.description == "default mapping: no attempt was made, the run's time is over")
        #expect(result.verdict == .unknown)
        #expect(player.events(.refusal).map { $0.detail["reason"] } == ["deadline"])
    }

    @Test func fallbackAfterTheDeadlineIsRefused() {
        var player = MachinePlayer([Fixture.rule("a", .fallback)], timeout: .milliseconds(2))
        let result = player.play(
            ["a: fallback": .fallback(.h5, evenIfDelivered: true)], attempts: [Fixture.trouble(.dns, .no)])
        #expect(player.endpoints == [.mobile])
        #expect(result.decision.reason == "dns")
        #expect(player.events(.refusal).map { $0.detail["reason"] } == ["deadline"])
    }

    @Test func timeoutOfTheRequestOverridesTheSettings() {
        let settings = RunSettings(timeout: .seconds(3))
        #expect(Fixture.machine(settings: settings).deadline == .seconds(3))
        #expect(Fixture.machine(settings: settings, timeout: .seconds(20)).deadline == .seconds(20))
    }

    // MARK: Raw attempts

    private static func settings(attempts: Int, maxAttempts: Int = 2) -> RunSettings {
        var settings = RunSettings(maxAttempts: maxAttempts)
        settings.limits.attempts = attempts
        return settings
    }

    @Test func rawAttemptsCountTowardsTheLimitAndAreShown() {
        let settings = Self.settings(attempts: 2)
        var player = MachinePlayer([Fixture.rule("a", .preCheck, .fallback)], settings: settings)
        let raw = Fixture.reply(9001, at: .h5)
        let result = player.play(
            hook: { _, call, machine, now in
                guard call.hook == .preCheck else { return .fallback(.h5, evenIfDelivered: true) }
                #expect(machine.rawAttempt(other, at: .h5, now: now) == .granted(number: 1))
                machine.rawAttemptFinished(1, raw, now: now)
                return .none
            }, attempt: { Fixture.reply(9020, at: $1) })
        #expect(player.endpoints == [.mobile])
        #expect(result.attempts.map(\.isRaw) == [true, false])
        #expect(result.attempts.map(\.attempt) == [raw, Fixture.reply(9020)])
        #expect(player.events(.refusal).map { $0.detail["reason"] } == ["max_attempts"])
        #expect(player.events(.attempt).map { $0.detail["raw"] } == [true, nil])
    }

    @Test func rawAttemptsDoNotCountTowardsMaxAttempts() {
        var player = MachinePlayer([Fixture.rule("a", .preCheck, .fallback)])
        let result = player.play(
            hook: { _, call, machine, now in
                guard call.hook == .preCheck else { return .fallback(.h5, evenIfDelivered: true) }
                for number in 1...2 {
                    #expect(machine.rawAttempt(other, at: .h5, now: now) == .granted(number: number))
                    machine.rawAttemptFinished(number, Fixture.reply(9020, at: .h5), now: now)
                }
                return .none
            }, attempt: { Fixture.reply(9020, at: $1) })
        #expect(result.attempts.map(\.isRaw) == [true, true, false, false])
        #expect(player.endpoints == [.mobile, .h5])
    }

    @Test func matchOfARawAttemptDoesNotAllow() {
        let settings = Self.settings(attempts: 1, maxAttempts: 1)
        var player = MachinePlayer([Fixture.rule("a", .preCheck)], settings: settings)
        let result = player.play(hook: { _, _, machine, now in
            _ = machine.rawAttempt(other, at: .mobile, now: now)
            machine.rawAttemptFinished(1, Fixture.reply(9000), now: now)
            return .none
        })
        #expect(result.verdict == .unknown)
        #expect(result.decision == Decision(RuleDecision(.review, reason: "max_attempts")))
    }

    @Test(arguments: [
        (Fixture.reply(9000), false), (Fixture.reply(9001), false), (Fixture.trouble(.reset, .maybe), false),
        (Fixture.reply(9020), true), (Fixture.trouble(.dns, .no), true), (nil, false),
    ])
    func rawAttemptThatMaySpendTheTokenPreventsTheAttempt(raw: Attempt?, unspent: Bool) {
        var player = MachinePlayer([Fixture.rule("a", .preCheck)])
        let result = player.play(hook: { _, _, machine, now in
            _ = machine.rawAttempt(Fixture.request, at: .h5, now: now)
            if let raw { machine.rawAttemptFinished(1, raw, now: now) }
            return .none
        })
        #expect(player.endpoints == (unspent ? [.mobile] : []))
        #expect(result.decision.reason == (unspent ? "match" : "token_spent"))
    }

    @Test func rawAttemptWithASpentTokenIsRefusedUnlessEvenIfDelivered() {
        let settings = Self.settings(attempts: 3)
        var player = MachinePlayer([Fixture.rule("a", .fallback)], settings: settings)
        _ = player.play(
            hook: { _, _, machine, now in
                #expect(machine.rawAttempt(Fixture.request, at: .h5, now: now) == .refused(.tokenSpent))
                #expect(machine.rawAttempt(other, at: .h5, now: now) == .granted(number: 2))
                #expect(machine.rawAttempt(other, at: .h5, now: now) == .refused(.tokenSpent))
                let start = machine.rawAttempt(Fixture.request, at: .h5, evenIfDelivered: true, now: now)
                #expect(start == .granted(number: 3))
                #expect(machine.rawAttempt(other, at: .h5, now: now) == .refused(.maxAttempts))
                return .none
            }, attempt: { _, _ in Fixture.trouble(.reset, .maybe) })
        #expect(player.events(.refusal).map { $0.detail["raw"] } == [true, true, true])
        #expect(player.events(.refusal).map(\.hook) == [.fallback, .fallback, .fallback])
    }

    @Test func rawAttemptAfterTheDeadlineIsRefused() {
        var player = MachinePlayer([Fixture.rule("a", .onDecision)], timeout: .milliseconds(2))
        _ = player.play(hook: { _, _, machine, now in
            #expect(machine.rawAttempt(other, at: .h5, now: now) == .refused(.deadline))
            return .none
        })
    }

    @Test func rawAttemptOutsideAHookIsRefused() {
        var machine = Fixture.machine()
        #expect(machine.rawAttempt(other, at: .h5, now: .zero) == .refused(.notInHook))
        _ = machine.start(now: .zero)
        #expect(machine.rawAttempt(other, at: .h5, now: .zero) == .refused(.notInHook))
    }

    @Test func rawAttemptInFlightAtTheEndIsReportedAsCancelled() {
        var player = MachinePlayer([Fixture.rule("a", .preCheck)])
        let raw = Fixture.reply(9003)
        let result = player.play(
            hook: { _, _, machine, now in
                _ = machine.rawAttempt(other, at: .mobile, now: now)
                return .none
            })
        #expect(result.attempts.map(\.attempt.error?.kind) == [.cancelled, nil])
        #expect(result.attempts.map(\.attempt.delivered) == [.maybe, .yes])

        var machine = player.machine
        machine.rawAttemptFinished(1, raw, now: .seconds(1))
        #expect(machine.trace.written == player.machine.trace.written)
    }
}
