// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification
import Testing

@testable import MoondialRules

/// The work of redaction grows linearly with the text, whatever was submitted. Steps are counted, not timed.
struct RedactionWorkTests {
    private static let word = String(repeating: "ab", count: 1000)

    /// Texts and submissions that need as many steps as possible.
    enum Case: String, CaseIterable {
        case plain, almostTheTokenEverywhere, tokensOfManyLengths, tokensOfTheRules, beginnings, phones, digits
        case submittedDigits, credentials, percentEncoded
    }

    private static func redactor(_ kind: Case) -> Redactor {
        let redactor = Redactor(showsPhones: false)
        func submit(_ token: String, _ phone: String = "13800138000") {
            redactor.secrets.add(MachineFixture.requestOrTrap(phone: phone, token: token))
        }
        switch kind {
        case .almostTheTokenEverywhere: submit(String(repeating: "a", count: 4000) + "b")
        case .tokensOfManyLengths:
            for length in stride(from: 16, to: 4000, by: 40) { submit(String(repeating: "a", count: length)) }
        case .tokensOfTheRules:
            let rules = "return '\(String(repeating: "a", count: 5000))'"
            redactor.operatorTexts.add(RuleSource(name: .file("rules.lua"), text: Array(rules.utf8)))
            for length in stride(from: 16, to: 4000, by: 40) { submit(String(repeating: "a", count: length)) }
        case .beginnings: for number in 0..<1000 { submit(word + "\(number)") }
        case .submittedDigits: submit("token", "13131313131")
        case .credentials, .percentEncoded:
            let secret = Secret(String(repeating: "a", count: 500) + "b")
            redactor.secrets.add(credentials: Credentials(appKey: "a", masterSecret: secret).secretTexts)
        case .plain, .phones, .digits: submit("STsid-invented-token-1")
        }
        return redactor
    }

    private static func text(_ kind: Case, _ count: Int) -> String {
        let piece =
            switch kind {
            case .plain: "nothing to hide "
            case .almostTheTokenEverywhere, .tokensOfManyLengths, .tokensOfTheRules, .credentials: "aaaaaaaaaaaaaaaa"
            case .beginnings: "abababababababab"
            case .phones: "13912345678 1391"
            case .digits: "1391234567813912"
            case .submittedDigits: "1313131313131313"
            case .percentEncoded: "aaaa%61%61%61%61"
            }
        return String(repeating: piece, count: count / 16)
    }

    @Test(arguments: Case.allCases) func redactionStepsGrowLinearlyWithTheText(_ kind: Case) {
        let redactor = Self.redactor(kind)
        let steps = [1 << 14, 1 << 15, 1 << 16].map { count in
            // Fills the cache of searches in the rules.
            _ = redactor.text(Self.text(kind, count))
            let work = RedactionWork()
            _ = redactor.text(Self.text(kind, count), work)
            return work.steps
        }
        for (smaller, larger) in zip(steps, steps.dropFirst()) {
            #expect(larger <= 2 * smaller + smaller / 10, "\(steps)")
        }
        #expect(steps[0] <= 64 << 14, "\(steps)")
    }

    @Test func redactionStepsDoNotDependOnTheNumberOfSubmittedTokens() {
        let redactor = Redactor(showsPhones: false)
        let text = (0..<100).map { "word\($0) 139\($0)" }.joined(separator: " ")
        func steps() -> Int {
            let work = RedactionWork()
            _ = redactor.text(text, work)
            return work.steps
        }
        redactor.secrets.add(MachineFixture.requestOrTrap(phone: "13800138000", token: "STsid-invented-token-0"))
        let before = steps()
        for number in 0..<3000 {
            redactor.secrets.add(
                MachineFixture.requestOrTrap(phone: "13800138000", token: "STsid-\(number)-invented-token"))
        }
        #expect(steps() == before)
    }
}
