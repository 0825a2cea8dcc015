// SPDX-License-Identifier: MIT

import MoondialRules
import Testing

struct SuggestionTests {
    private let options = ["channel", "ip", "operator", "token_age_ms", "timeout_ms", "context"]

    @Test(arguments: [
        ("pre_chek", "pre_check"), ("precheck", "pre_check"), ("preCheck", "pre_check"), ("rout", "route"),
        ("roote", "route"), ("fall_back", "fallback"), ("map_reslut", "map_result"), ("on-decision", "on_decision"),
        ("ROUTE", "route"), ("on_decisions", "on_decision"),
    ])
    func misspeltHookIsSuggested(word: String, name: String) {
        #expect(Suggestion.nearest(to: word, in: Hook.names) == name)
    }

    @Test(arguments: ["", "_", "x", "verify", "map", "decision_maker"])
    func distantWordHasNoSuggestion(word: String) {
        #expect(Suggestion.nearest(to: word, in: Hook.names) == nil)
    }

    @Test(arguments: [("chanel", "channel"), ("timeout", "timeout_ms"), ("pi", "ip"), ("operater", "operator")])
    func misspeltOptionIsSuggested(word: String, name: String) {
        #expect(Suggestion.nearest(to: word, in: options) == name)
    }

    @Test func longNamesAreNotCompared() {
        let name = String(repeating: "x", count: 64)
        #expect(Suggestion.nearest(to: String(name.dropLast()), in: [name]) == name)
        #expect(Suggestion.nearest(to: name, in: [name + "x"]) == nil)
        #expect(Suggestion.nearest(to: name + "x", in: [name]) == nil)
    }

    @Test func onlyTheFirstOfVeryManyNamesAreCompared() {
        let names = (0..<100_000).map { "\(String(repeating: "x", count: 50))\($0)" }
        #expect(Suggestion.nearest(to: String(repeating: "x", count: 51), in: names) != nil)
        #expect(Suggestion.nearest(to: "route", in: names + ["rout"]) == nil)
        #expect(Suggestion.nearest(to: "route", in: names.prefix(100) + ["rout"]) == "rout")
    }

    @Test func tiesDoNotDependOnTheOrderOfNames() {
        #expect(Suggestion.nearest(to: "bat", in: ["cat", "bar", "hat"]) == "bar")
        #expect(Suggestion.nearest(to: "bat", in: ["hat", "bar", "cat"]) == "bar")
    }

    @Test func exactWordHasNoSuggestion() {
        #expect(Suggestion.nearest(to: "route", in: ["route"]) == nil)
    }

    @Test func clauseIsReadyToAppendToAMessage() {
        #expect(Suggestion.clause(for: "rout", in: Hook.names) == "; did you mean 'route'?")
        #expect(Suggestion.clause(for: "zebra", in: Hook.names).isEmpty)
    }
}
