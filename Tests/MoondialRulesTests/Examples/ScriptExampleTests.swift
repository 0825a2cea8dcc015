// SPDX-License-Identifier: MIT

import Testing

/// The scripts in `examples/` print the expected tables.
@Suite struct ScriptExampleTests {
    @Test func firstExampleShowsFiveDecisions() async throws {
        let report = try await EngineHarness().script(Example("first.lua").text)
        #expect(report.failure == nil)
        #expect(
            report.printed.joined(separator: "\n") == """
                phone        decision  decided by           reason          attempts                billed
                138****8000  allow     by verdict           number_matches  mobile 9000             yes
                138****9001  deny      by verdict           number_differs  mobile 9001             yes
                138****9003  review    expired tokens       new_token       mobile 9003             no
                139****5678  allow     by verdict           number_matches  mobile 9020 -> h5 9000  yes
                010****1234  deny      mobile numbers only  not_a_mobile    none                    no

                5 verifications, 5 attempts, 3 billed.
                Now change one line of examples/first.lua: let a mismatch be review "ask_for_sms", and run it again.
                """)
    }

    @Test func changedLineOfTheFirstExampleChangesADecision() async throws {
        let text = try Example("first.lua").text
        let changed = text.replacing(#"mismatch = deny "number_differs""#, with: #"mismatch = review "ask_for_sms""#)
        #expect(changed != text)
        let report = try await EngineHarness().script(changed)
        #expect(
            report.printed.dropFirst(2).first
                == "138****9001  review    by verdict           ask_for_sms     mobile 9001             yes")
    }

    @Test func flowExampleComparesEndpointsAndSignsUsersUp() async throws {
        let report = try await EngineHarness().script(Example("flow.lua").text)
        #expect(report.failure == nil)
        #expect(
            report.printed.joined(separator: "\n") == """
                a token of            mobile                h5
                the native SDKs       match, 9000           unknown, 9020
                the Web SDK           unknown, 9020         match, 9000
                a carrier in trouble  unknown, 9002         unknown, 9002
                a proxy in trouble    unknown, http_status  unknown, http_status

                user                  steps
                Ai                    signed_up
                Bo                    new_token, then signed_up
                Chen                  signed_up
                Dan                   not_your_number
                En                    ask_for_sms
                """)
    }
}
