// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import Testing

struct DefaultMappingTests {
    @Test(arguments: [
        (Evidence.attempt(MachineFixture.reply(9000)), Choice(.allow, reason: "match")),
        (.attempt(MachineFixture.reply(9001)), Choice(.deny, reason: "mismatch")),
        (.attempt(MachineFixture.reply(9002)), Choice(.review, reason: "code_9002")),
        (.attempt(MachineFixture.reply(12345)), Choice(.review, reason: "code_12345")),
        (.attempt(MachineFixture.trouble(.responseTimeout, .maybe)), Choice(.review, reason: "response_timeout")),
        (.attempt(MachineFixture.trouble(.dns, .no)), Choice(.review, reason: "dns")),
        (.attempt(MachineFixture.doubtfulMatch()), Choice(.review, reason: "http_status")),
        (.noAttempt(.deadline), Choice(.review, reason: "deadline")),
        (.noAttempt(.maxAttempts), Choice(.review, reason: "max_attempts")),
    ])
    func onlyAMatchIsAllowed(evidence: Evidence, choice: Choice) {
        #expect(DefaultMapping.choice(for: evidence) == choice)
    }
}
