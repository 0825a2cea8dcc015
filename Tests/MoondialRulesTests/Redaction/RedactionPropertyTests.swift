// SPDX-License-Identifier: MIT

import Foundation
import Generators
import JSON
import MoondialLua
import MoondialPresentation
import NumberVerification
import Testing

@testable import MoondialRules

/// No output holds a submitted token or phone, and no submission changes a text of the operator.
/// `MOONDIAL_CASES=100000` tries more cases.
struct RedactionPropertyTests {
    private static let cases = ProcessInfo.processInfo.environment["MOONDIAL_CASES"].flatMap(Int.init) ?? 300
    private static let alphabet = ["a", "B", "7", "_", ".", "号", "/", "1390", "-", "STsid", "\"", "\\", "deny", "="]
    private static let reasons = [
        "ask_for_sms", "number_differs_from_the_one_of_the_sim", "mobile", "13", "号码_differs",
    ]
    private static let names = ["mobile numbers only", "by_verdict_and_nothing_else", "号码信誉", "ALARM"]
    private static let source = RuleSource(
        name: .file("examples/shop/rules.lua"),
        text: Array((reasons + names).map { "\"\($0)\"" }.joined(separator: "\n").utf8))

    private static func phone(_ random: inout SeededGenerator) -> String {
        "1\(3 + random.below(7))" + (0..<9).map { _ in String(random.below(10)) }.joined()
    }

    private static func token(_ random: inout SeededGenerator) -> String {
        let length = TokenIndex.prefixLength
        while true {
            let token = random.text(upTo: 24, of: alphabet)
            if token.utf8.count >= length { return token }
        }
    }

    /// A run that repeats its request in every kind of output.
    private static func leakingRun(
        phone: String, token: String, redactor: Redactor, _ random: inout SeededGenerator
    ) -> (machine: RunMachine, result: RunResult) {
        let text =
            random.text(upTo: 3, of: alphabet) + token + random.pick([" ", "x", ",", "", "=", token]) + "p" + phone
        let rule = RuleOutline(
            name: "about \(token)", file: text, line: 1,
            hooks: [.preCheck: HookSite(file: token, line: 1), .mapResult: HookSite(file: phone, line: 2)])
        var machine = RunMachine(
            outline: RulebookOutline(rules: [rule], revision: "9c41e0a2"), settings: RunSettings(),
            request: MachineFixture.requestOrTrap(phone: phone, token: token, exID: "x\(token)"),
            options: ["context": ["other": .string(text)]], traceID: TraceID(rawValue: 1), redactor: redactor)
        _ = machine.start(now: .zero)
        machine.log(text, fields: [token: .string(text), "n": .integer(Int64(phone) ?? 0)], now: .zero)
        _ = machine.hookAnswered(.none, now: .zero)
        _ = machine.attemptFinished(
            Attempt(
                endpoint: .mobile, verdict: .match, code: 9000, content: text, id: 1, exID: text, httpStatus: 200,
                error: nil, delivered: .yes, billed: .yes, elapsed: .zero), now: .zero)
        let choice = RuleDecision(.deny, reason: text, fields: ["token": .string(token), token: 1])
        guard case .finish(let result) = machine.hookAnswered(.decision(choice), now: .zero) else {
            preconditionFailure("the run goes on")
        }
        return (machine, result)
    }

    @Test func noOutputHoldsASubmittedTokenOrPhone() {
        var random = SeededGenerator(seed: 5)
        let redactor = Redactor(showsPhones: false)
        for number in 0..<Self.cases {
            let (phone, token) = (Self.phone(&random), Self.token(&random))
            let (machine, result) = Self.leakingRun(phone: phone, token: token, redactor: redactor, &random)
            let written = JSONValue.string(token).description.dropFirst().dropLast()
            let trace = machine.trace
            let drawn = Waterfall(width: 10_000, repertoire: .unicode).draw(trace)
            let outputs = [trace.json.description, drawn]
            for output in outputs + [result.json(target: "simulator").description] {
                #expect(!output.contains(written) && !output.contains(token), "case \(number): \(output)")
            }
            for output in outputs { #expect(!output.contains(phone), "case \(number): \(output)") }
        }
    }

    @Test func submittedTextsDoNotChangeTextsOfTheOperator() {
        var random = SeededGenerator(seed: 6)
        let redactor = Redactor(showsPhones: false)
        redactor.operatorTexts.add(Self.source)
        let words =
            Self.reasons + Self.names + ["match", "h5", "rule_error", "examples/shop/rules.lua", "moondial.json"]
        for number in 0..<Self.cases {
            let word = random.pick(words)
            let part = String(word.prefix(random.below(word.count) + 1)).filter { $0 != " " }
            let token = part + (random.chance(50) ? "" : random.text(upTo: 9, of: Self.alphabet))
            let phone = String((random.chance(50) ? part : word).prefix(10))
            redactor.secrets.add(MachineFixture.requestOrTrap(phone: phone, token: token))
            for word in words where word.utf8.count > 2 {
                #expect(redactor.text(word) == word, "case \(number): \(token)")
                #expect(redactor.text("because: \(word)") == "because: \(word)", "case \(number): \(token)")
                #expect(redactor.rule(word) == word, "case \(number): \(token)")
            }
            #expect(redactor.json(["order": 912_345]) == ["order": 912_345])
        }
    }
}
