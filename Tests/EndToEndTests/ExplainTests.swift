// SPDX-License-Identifier: MIT

import Foundation
import Testing

@Suite("explain", .timeLimit(.minutes(10)))
struct ExplainTests {
    @Test func codeOfTheProviderIsExplained() async throws {
        let outcome = try await Executable.run(["explain", "9003"])
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                9003  token expired or not exist
                  place    number verification
                  meaning  The token has expired, was used before, or never existed.
                  class    token
                  billed   no
                  resend   no, the token is dead; sending it to the other endpoint costs nothing
                  advice   Get a new token. Tokens work once and live 60 s (Telecom) to 10 min (Unicom).
                  source   docs.jiguang.cn, jverification/server/rest_api/code_description

                """)
    }

    @Test func reasonOfADecisionIsExplainedLikeItsCode() async throws {
        let code = try await Executable.run(["explain", "9003"])
        let reason = try await Executable.run(["explain", "code_9003"])
        #expect(reason.output == code.output)
    }

    @Test func errorKindOfMoondialIsExplained() async throws {
        let outcome = try await Executable.run(["explain", "response_timeout"])
        #expect(
            outcome.output == """
                response_timeout
                  place    an error of a request
                  meaning  The request left and no complete reply came in time.
                  billed   maybe
                  resend   not blindly, the token may be spent
                  advice   Get a new token, or use an SMS code; the old one may be spent and charged.

                """)
    }

    @Test func numberWithSeveralMeaningsIsExplainedForEach() async throws {
        let outcome = try await Executable.run(["explain", "2000", "--json"])
        let explanations = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
        #expect(
            explanations?.compactMap { $0["place"] as? String } == [
                "risk check", "client SDK for Android, Harmony and iOS",
            ])
        #expect(outcome.output.count { $0 == "\n" } == 1)
    }

    @Test func undocumentedCodeIsExplainedAsNeverAMatch() async throws {
        let outcome = try await Executable.run(["explain", "9008"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("class    unmapped"))
        #expect(outcome.output.contains("never a match"))
    }

    @Test(
        "everything that can be a reason or a code of an error is known",
        arguments: [
            "dns", "connect_refused", "connect_timeout", "tls", "pool_full", "response_timeout", "reset", "bad_reply",
            "http_status", "cancelled", "deadline", "max_attempts", "token_spent", "rule_error", "rule_syntax",
            "rule_definition", "rule_file", "request_invalid", "usage", "configuration", "credentials", "io", "9000",
            "9001", "9020", "9099", "1804", "8000", "7112", "9301",
        ])
    func reasonOrErrorCodeIsKnown(code: String) async throws {
        let outcome = try await Executable.run(["explain", code])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix(code))
    }

    @Test func withoutAnArgumentAllCodesAreListed() async throws {
        let outcome = try await Executable.run(["explain"])
        #expect(outcome.output.hasPrefix("Codes of number verification\n  9000  verify consistent\n"))
        #expect(outcome.output.contains("\nErrors of moondial\n"))
    }
}
