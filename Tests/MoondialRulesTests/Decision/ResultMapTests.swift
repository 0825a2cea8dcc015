// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import Testing

struct ResultMapTests {
    private var map: ResultMap {
        var map = ResultMap()
        map[.code(9000)] = RuleDecision(.allow, reason: "by code")
        map[.code(9020)] = RuleDecision(.deny, reason: "by code")
        map[.verdict(.match)] = RuleDecision(.allow, reason: "by verdict")
        map[.verdict(.unknown)] = RuleDecision(.review, reason: "by verdict")
        map[.otherwise] = RuleDecision(.deny, reason: "by default")
        return map
    }

    @Test(arguments: [
        (MachineFixture.reply(9000), "9000", "by code"), (MachineFixture.reply(9020), "9020", "by code"),
        (MachineFixture.reply(9002), "unknown", "by verdict"), (MachineFixture.reply(9001), "default", "by default"),
        (MachineFixture.trouble(.reset, .maybe), "unknown", "by verdict"),
    ])
    func codeComesBeforeVerdictBeforeDefault(attempt: Attempt, key: String, reason: String) throws {
        let entry = try #require(map.entry(for: .attempt(attempt)))
        #expect(entry.key.description == key)
        #expect(entry.choice.reason == reason)
    }

    @Test func entryFor9000NeedsAMatch() throws {
        let entry = try #require(map.entry(for: .attempt(MachineFixture.doubtfulMatch())))
        #expect(entry.key == .verdict(.unknown))
    }

    @Test func missingAttemptIsMappedAsUnknown() throws {
        let entry = try #require(map.entry(for: .noAttempt(.deadline)))
        #expect(entry.key == .verdict(.unknown))
    }

    @Test func emptyMapHasNoEntry() {
        #expect(ResultMap().entry(for: .attempt(MachineFixture.reply(9000))) == nil)
    }

    @Test func textKeysAreTheVerdictsAndDefault() {
        #expect(ResultMap.names == ["match", "mismatch", "unknown", "default"])
    }
}
