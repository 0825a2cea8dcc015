// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import Testing

struct DefaultMappingTests {
    @Test(arguments: [
        (Evidence.attempt(MachineFixture.reply(9000)), RuleDecision(.allow, reason: "match")),
        (.attempt(MachineFixture.reply(9001)), RuleDecision(.deny, reason: "mismatch")),
        (.attempt(MachineFixture.reply(9002)), RuleDecision(.review, reason: "code_9002")),
        (.attempt(MachineFixture.reply(12345)), RuleDecision(.review, reason: "code_12345")),
        (.attempt(MachineFixture.trouble(.responseTimeout, .maybe)), RuleDecision(.review, reason: "response_timeout")),
        (.attempt(MachineFixture.trouble(.dns, .no)), RuleDecision(.review, reason: "dns")),
        (.attempt(MachineFixture.doubtfulMatch()), RuleDecision(.review, reason: "http_status")),
        (.noAttempt(.deadline), RuleDecision(.review, reason: "deadline")),
        (.noAttempt(.maxAttempts), RuleDecision(.review, reason: "max_attempts")),
    ])
    func onlyAMatchIsAllowed(evidence: Evidence, choice: RuleDecision) {
        #expect(DefaultMapping.choice(for: evidence) == choice)
    }
}
