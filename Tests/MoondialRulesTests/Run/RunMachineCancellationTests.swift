// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// Runs that are cancelled.
struct RunMachineCancellationTests {
    private typealias Fixture = MachineFixture

    /// A machine that waits for the answer of this hook.
    private func machine(waitingIn hook: Hook, before: RuleDecision? = nil, onError: RunSettings.OnError = .review)
        -> RunMachine
    {
        var rules = [Fixture.rule("a", hook)]
        if let before {
            var map = ResultMap()
            map[.otherwise] = before
            rules.append(Fixture.rule("before", map: map))
        }
        var machine = Fixture.machine(rules, settings: RunSettings(onError: onError))
        let action = machine.start(now: .zero)
        if case .attempt = action {
            _ = machine.attemptFinished(Fixture.reply(hook == .fallback ? 9002 : 9000), now: .zero)
        }
        return machine
    }

    private func result(of action: RunMachine.Action) throws -> RunResult {
        guard case .finish(let result) = action else {
            throw Unfinished()
        }
        return result
    }

    private struct Unfinished: Error {}

    @Test(arguments: Hook.allCases)
    func runCancelledInAnyHookIsReview(hook: Hook) throws {
        var machine = machine(waitingIn: hook)
        let result = try result(of: machine.cancelled(now: .seconds(1)))
        #expect(result.decision == Decision(RuleDecision(.review, reason: "cancelled")))
        #expect(result.why.description == "the run was cancelled")
        #expect(result.elapsed == .seconds(1))
        let hooks = machine.trace.written.filter { $0.kind == .hook }
        #expect(hooks.map { $0.detail["answer"] } == ["cancelled"])
        #expect(hooks.map(\.duration) == [.seconds(1)])
    }

    @Test func cancelledAttemptInFlightMayHaveBeenDelivered() throws {
        var machine = Fixture.machine()
        _ = machine.start(now: .zero)
        let result = try result(of: machine.cancelled(now: .seconds(1)))
        let attempt = try #require(result.attempts.first?.attempt)
        #expect(attempt.error?.kind == .cancelled)
        #expect(attempt.delivered == .maybe)
        #expect(attempt.billed == .maybe)
        #expect(attempt.elapsed == .seconds(1))
        #expect(result.decision.reason == "cancelled")
        #expect(result.verdict == .unknown)
    }

    @Test(arguments: [(Delivered.no, TokenState.unused), (.maybe, .unclear)])
    func cancelledAttemptHasTheGivenDelivery(delivered: Delivered, token: TokenState) throws {
        var machine = Fixture.machine()
        _ = machine.start(now: .zero)
        let result = try result(of: machine.cancelled(delivered: delivered, now: .seconds(1)))
        let attempt = try #require(result.attempts.first?.attempt)
        #expect(attempt.delivered == delivered)
        #expect(attempt.billed == (delivered == .no ? .no : .maybe))
        #expect(attempt.error?.retryable == (delivered == .no))
        #expect(attempt.tokenState == token)
    }

    @Test func cancelledRawAttemptSpendsTheTokenUnlessItWasNotDelivered() throws {
        for delivered in [Delivered.no, .maybe] {
            var machine = machine(waitingIn: .preCheck)
            #expect(machine.rawAttempt(Fixture.request, at: .h5, now: .zero) == .granted(number: 1))
            machine.rawAttemptCancelled(1, delivered: delivered, now: .zero)
            machine.rawAttemptFinished(1, Fixture.reply(9000), now: .zero)
            let again = machine.rawAttempt(Fixture.request, at: .h5, now: .zero)
            #expect(again == (delivered == .no ? .granted(number: 2) : .refused(.tokenSpent)))
        }
    }

    @Test(arguments: [
        (Decision.Outcome.allow, RunSettings.OnError.review, Decision.Outcome.review),
        (.allow, .deny, .deny), (.review, .review, .review), (.review, .deny, .deny), (.deny, .review, .deny),
    ])
    func runCancelledInOnDecisionKeepsOnlyADeny(
        before: Decision.Outcome, onError: RunSettings.OnError, after: Decision.Outcome
    ) throws {
        var machine = machine(waitingIn: .onDecision, before: RuleDecision(before, reason: "before"), onError: onError)
        let result = try result(of: machine.cancelled(now: .zero))
        #expect(result.decision.outcome == after)
        #expect(result.decision.reason == (before == .deny ? "before" : "cancelled"))
    }

    @Test func runCanBeCancelledBeforeItsStart() throws {
        var machine = Fixture.machine()
        let result = try result(of: machine.cancelled(now: .zero))
        #expect(result.decision.outcome == .review)
        #expect(result.attempts.isEmpty)
    }

    @Test func eventsAfterACancellationAreDropped() {
        var machine = machine(waitingIn: .preCheck)
        _ = machine.cancelled(now: .zero)
        let events = machine.trace.written
        for action in [
            machine.hookAnswered(.decision(RuleDecision(.allow)), now: .zero),
            machine.attemptFinished(Fixture.reply(9000), now: .zero), machine.cancelled(now: .zero),
        ] {
            guard case .nothing = action else {
                Issue.record("\(action) after the end")
                continue
            }
        }
        machine.log("late", now: .zero)
        #expect(machine.rawAttempt(Fixture.request, at: .h5, now: .zero) == .refused(.notInHook))
        #expect(machine.trace.written == events)
    }

    @Test func eventThatTheMachineDidNotRequestTraps() async {
        await #expect(processExitsWith: .failure) {
            var machine = MachineFixture.machine()
            _ = machine.start(now: .zero)
            _ = machine.hookAnswered(.none, now: .zero)
        }
        await #expect(processExitsWith: .failure) {
            var machine = MachineFixture.machine([MachineFixture.rule("a", .preCheck)])
            _ = machine.start(now: .zero)
            _ = machine.attemptFinished(MachineFixture.reply(9000), now: .zero)
        }
        await #expect(processExitsWith: .failure) {
            var machine = MachineFixture.machine()
            _ = machine.start(now: .zero)
            _ = machine.start(now: .zero)
        }
    }
}
