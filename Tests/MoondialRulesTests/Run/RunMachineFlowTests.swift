// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// Runs in which no hook fails.
struct RunMachineFlowTests {
    private typealias Fixture = MachineFixture

    @Test func matchWithoutRulesIsAllowed() {
        var player = MachinePlayer()
        let result = player.play()
        #expect(result.decision == Decision(RuleDecision(.allow, reason: "match"), rule: "default"))
        #expect(result.why.description == "default mapping: verdict match")
        #expect(result.verdict == .match)
        #expect(result.code == 9000)
        #expect(result.content == "verify consistent")
        #expect(result.id == 7)
        #expect(result.exID == "order-42")
        #expect(result.endpoint == .mobile)
        #expect(result.attempts.map(\.attempt) == [Fixture.reply(9000)])
        #expect(result.elapsed == .milliseconds(1))
        #expect(result.traceID.description == "4f1c2a9be07d3316")
        #expect(result.revision == "9c41e0a2")
    }

    @Test(arguments: [(nil, Endpoint.mobile), (Channel.native, .mobile), (.web, .h5)])
    func channelChoosesTheEndpointWhenNoRuleRoutes(channel: Channel?, endpoint: Endpoint) {
        var player = MachinePlayer([Fixture.rule("a", .route)], channel: channel)
        _ = player.play()
        #expect(player.endpoints == [endpoint])
    }

    @Test func hooksAreCalledByPhaseAndThenInOrderOfTheFile() {
        let rules = [
            Fixture.rule("a", .preCheck, .route, .fallback, .mapResult, .onDecision),
            Fixture.rule("b", .onDecision, .mapResult, .fallback, .route, .preCheck), Fixture.rule("c", .route),
        ]
        var player = MachinePlayer(rules)
        _ = player.play([:], attempts: [Fixture.reply(9002)])
        #expect(
            player.calls == [
                "a: pre_check", "b: pre_check", "a: route", "b: route", "c: route", "a: fallback", "b: fallback",
                "a: map_result", "b: map_result", "a: on_decision", "b: on_decision",
            ])
    }

    @Test func firstRuleThatAnswersAHookWins() {
        let names = ["a", "b", "c"]
        let rules = names.map { Fixture.rule($0, .preCheck, .route, .fallback, .mapResult) }
        var player = MachinePlayer(rules)
        let result = player.play(
            [
                "b: route": .route(.h5), "c: route": .route(.mobile),
                "b: fallback": .fallback(.mobile, evenIfDelivered: false),
                "b: map_result": .decision(RuleDecision(.deny, reason: "b")),
                "c: map_result": .decision(RuleDecision(.allow)),
            ], attempts: [Fixture.reply(9020, at: .h5), Fixture.reply(9000)])
        #expect(
            player.calls == [
                "a: pre_check", "b: pre_check", "c: pre_check", "a: route", "b: route", "a: fallback", "b: fallback",
                "a: map_result", "b: map_result",
            ])
        #expect(player.endpoints == [.h5, .mobile])
        #expect(result.decision == Decision(RuleDecision(.deny, reason: "b"), rule: "b"))
        #expect(result.why == .hook(.mapResult, rule: "b"))
        #expect(result.verdict == .match)
    }

    @Test(arguments: Decision.Outcome.allCases)
    func decisionOfPreCheckPreventsTheAttempt(outcome: Decision.Outcome) {
        let choice = RuleDecision(outcome, reason: "list", fields: ["list": "staff"])
        var player = MachinePlayer([Fixture.rule("a", .preCheck), Fixture.rule("b", .mapResult, .onDecision)])
        let result = player.play(["a: pre_check": .decision(choice)])
        #expect(result.decision == Decision(choice, rule: "a"))
        #expect(result.verdict == .unknown)
        #expect(result.lastAttempt == nil)
        #expect(player.endpoints.isEmpty)
        #expect(player.calls == ["a: pre_check", "b: on_decision"])
    }

    @Test(arguments: [9000, 9001])
    func fallbackIsNotCalledAfterAVerdict(code: Int64) {
        var player = MachinePlayer([Fixture.rule("a", .fallback)])
        _ = player.play(["a: fallback": .fallback(.h5, evenIfDelivered: true)], attempts: [Fixture.reply(code)])
        #expect(player.calls.isEmpty)
        #expect(player.endpoints == [.mobile])
    }

    @Test func lastAttemptDecides() {
        var player = MachinePlayer([Fixture.rule("a", .fallback)])
        let attempts = [Fixture.reply(9020), Fixture.reply(9021, at: .h5)]
        let result = player.play(["a: fallback": .fallback(.h5, evenIfDelivered: false)], attempts: attempts)
        #expect(result.endpoint == .h5)
        #expect(result.decision.reason == "code_9021")
        #expect(result.attempts.map(\.attempt) == attempts)
    }

    @Test func tableAsMapResultDecidesWithoutAHookCall() {
        var map = ResultMap()
        map[.verdict(.mismatch)] = RuleDecision(.review, reason: "ask_for_sms")
        var player = MachinePlayer([Fixture.rule("verdicts become decisions", map: map)])
        let result = player.play([:], attempts: [Fixture.reply(9001)])
        #expect(player.calls.isEmpty)
        #expect(
            result.decision == Decision(RuleDecision(.review, reason: "ask_for_sms"), rule: "verdicts become decisions")
        )
        #expect(result.why.description == "map_result entry 'mismatch' of rule 'verdicts become decisions'")
    }

    @Test func tableWithoutAMatchingEntryIsSkipped() {
        var first = ResultMap()
        first[.code(9018)] = RuleDecision(.deny)
        var last = ResultMap()
        last[.otherwise] = RuleDecision(.deny, reason: "last")
        let rules = [Fixture.rule("a", map: first), Fixture.rule("b", .mapResult), Fixture.rule("c", map: last)]
        var player = MachinePlayer(rules)
        #expect(player.play().decision.rule == "c")
        #expect(player.calls == ["b: map_result"])

        player = MachinePlayer(Array(rules.prefix(1)))
        #expect(player.play().decision.rule == Decision.defaultRule)
    }

    @Test func everyHookGetsItsInput() {
        let rules = [Fixture.rule("a", .preCheck, .route, .fallback, .mapResult, .onDecision)]
        let attempt = Fixture.reply(9002)
        var player = MachinePlayer(rules)
        var seen: [Hook] = []
        _ = player.play(
            hook: { _, call, _, _ in
                switch (call.hook, call.input) {
                case (.preCheck, .nothing), (.route, .nothing): seen.append(call.hook)
                case (.fallback, .attempt(attempt)): seen.append(call.hook)
                case (.mapResult, .evidence(.attempt(attempt))): seen.append(call.hook)
                case (.onDecision, .result(let result)) where result.decision.reason == "code_9002":
                    seen.append(call.hook)
                default: Issue.record("\(call.hook) got \(call.input)")
                }
                return .none
            }, attempt: { _, _ in attempt })
        #expect(seen == Hook.allCases)
    }
}
