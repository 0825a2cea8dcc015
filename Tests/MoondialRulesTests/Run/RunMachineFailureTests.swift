// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// Hooks that fail: the run fails closed.
struct RunMachineFailureTests {
    private typealias Fixture = MachineFixture

    /// A code after which the run calls this hook.
    private static func code(reaching hook: Hook) -> Int64 { hook == .fallback ? 9002 : 9000 }

    @Test(arguments: Hook.allCases, HookFailure.Kind.allCases)
    func everyFailureOfEveryHookIsReviewOrDeny(hook: Hook, kind: HookFailure.Kind) {
        for onError in RunSettings.OnError.allCases {
            let rules = [Fixture.rule("witness", .onDecision), Fixture.rule("bad", hook)]
            var player = MachinePlayer(rules, settings: RunSettings(onError: onError))
            let result = player.play(
                ["bad: \(hook.rawValue)": Fixture.failure(kind)], attempts: [Fixture.reply(Self.code(reaching: hook))])
            #expect(result.decision.outcome.rawValue == onError.rawValue)
            #expect(result.decision.reason == kind.reason)
            #expect(result.decision.rule == "bad")
            #expect(result.why == .failure(kind, hook, rule: "bad"))
            #expect(player.calls.contains("witness: on_decision"))
        }
    }

    @Test(arguments: [
        (Hook.preCheck, HookAnswer.route(.h5)), (.preCheck, .fallback(.h5, evenIfDelivered: true)),
        (.route, .decision(RuleDecision(.allow))), (.route, .fallback(.h5, evenIfDelivered: false)),
        (.fallback, .decision(RuleDecision(.allow))), (.fallback, .route(.h5)),
        (.mapResult, .route(.h5)), (.mapResult, .fallback(.h5, evenIfDelivered: false)),
        (.onDecision, .decision(RuleDecision(.allow))), (.onDecision, .route(.h5)),
        (.onDecision, .fallback(.h5, evenIfDelivered: false)),
    ])
    func answerThatDoesNotFitTheHookIsReview(hook: Hook, answer: HookAnswer) {
        var player = MachinePlayer([Fixture.rule("bad", hook)])
        let result = player.play(
            ["bad: \(hook.rawValue)": answer], attempts: [Fixture.reply(Self.code(reaching: hook))])
        #expect(result.decision == Decision(RuleDecision(.review, reason: "rule_error"), rule: "bad"))
        #expect(result.why == .failure(.invalidAnswer, hook, rule: "bad"))
    }

    @Test(arguments: [Hook.preCheck, .route])
    func noAttemptIsMadeAfterAFailedHook(hook: Hook) {
        var player = MachinePlayer([Fixture.rule("bad", hook), Fixture.rule("b", .preCheck, .route)])
        _ = player.play(["bad: \(hook.rawValue)": Fixture.failure()])
        #expect(player.endpoints.isEmpty)
        #expect(!player.calls.contains("b: \(hook.rawValue)"))
    }

    @Test func noOtherRuleDecidesAfterAFailedMapResult() {
        var map = ResultMap()
        map[.otherwise] = RuleDecision(.allow)
        var player = MachinePlayer([Fixture.rule("bad", .mapResult), Fixture.rule("b", map: map)])
        let result = player.play(["bad: map_result": Fixture.failure()])
        #expect(result.decision.outcome == .review)
        #expect(result.verdict == .match)
    }

    @Test(arguments: [
        (Decision.Outcome.allow, RunSettings.OnError.review, Decision.Outcome.review, "bad"),
        (.allow, .deny, .deny, "bad"), (.review, .review, .review, "bad"), (.review, .deny, .deny, "bad"),
        (.deny, .review, .deny, "a"), (.deny, .deny, .deny, "a"),
    ])
    func failedOnDecisionNeverRelaxesTheDecision(
        before: Decision.Outcome, onError: RunSettings.OnError, after: Decision.Outcome, rule: String
    ) {
        let rules = [Fixture.rule("a", .mapResult), Fixture.rule("bad", .onDecision), Fixture.rule("c", .onDecision)]
        var player = MachinePlayer(rules, settings: RunSettings(onError: onError))
        let result = player.play([
            "a: map_result": .decision(RuleDecision(before, reason: "a", fields: ["a": 1])),
            "bad: on_decision": Fixture.failure(),
        ])
        #expect(result.decision.outcome == after)
        #expect(result.decision.rule == rule)
        #expect(result.decision.reason == (rule == "a" ? "a" : "rule_error"))
        #expect(result.decision.fields.isEmpty == (rule != "a"))
        #expect(player.calls.last == "c: on_decision")
    }

    @Test func decisionNamesTheRuleThatFailedFirst() {
        let rules = [Fixture.rule("first", .preCheck), Fixture.rule("second", .onDecision)]
        var player = MachinePlayer(rules)
        let result = player.play([
            "first: pre_check": Fixture.failure(.timeout), "second: on_decision": Fixture.failure(.raised),
        ])
        #expect(result.decision.rule == "first")
        #expect(player.events(.hook).map { $0.detail["answer"] } == ["failed", "failed"])
        #expect(player.events(.decision).count == 1)
    }

    @Test func laterOnDecisionHooksGetTheDecisionAfterAFailure() {
        let rules = [Fixture.rule("bad", .onDecision), Fixture.rule("b", .onDecision)]
        var player = MachinePlayer(rules)
        var seen: [String?] = []
        _ = player.play(hook: { rule, call, _, _ in
            if case .result(let result) = call.input { seen.append(result.decision.reason) }
            return rule == "bad" ? Fixture.failure() : .none
        })
        #expect(seen == ["match", "rule_error"])
    }
}
