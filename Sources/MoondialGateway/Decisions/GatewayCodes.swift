// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

/// Maps decisions to the provider's codes, for replies in the provider's format.
///
/// An integration that was written for the provider knows these codes only. A decision that says the same as the provider's
/// reply keeps the provider's code by default: integrations already handle 9003 with a new token and 9006 with another
/// way to verify.
package struct GatewayCodes: Sendable, Hashable {
    /// The code for a reason. Takes precedence over all other settings.
    package var byReason: [String: Int64] = [:]
    package var match: Int64 = 9000
    package var deny: Int64 = 9001
    package var review: Int64 = 9002
    /// The code of an allow for which the provider has found no match. The default is the code of review, since the
    /// number was not confirmed.
    package var allowWithoutMatch: Int64?
    /// Whether the provider's code is kept where it says the same as the decision.
    package var keepsProviderCodes = true

    /// The defaults.
    package init() {}

    /// The code for a decision. Never 9000 for a decision other than allow, nor for an allow without a match unless
    /// ``allowWithoutMatch`` says so.
    package func code(for decision: RecordedDecision) -> Int64 {
        let isMatch = decision.outcome == .allow && decision.verdict == .match
        let code = wantedCode(for: decision, isMatch: isMatch)
        if code == ResponseCode.verifyConsistent.rawValue, !isMatch {
            return decision.outcome == .allow && allowWithoutMatch == code ? code : ResponseCode.unknownResult.rawValue
        }
        return code
    }

    private func wantedCode(for decision: RecordedDecision, isMatch: Bool) -> Int64 {
        if let reason = decision.reason, let code = byReason[reason] { return code }
        switch decision.outcome {
        case .allow: return isMatch ? match : allowWithoutMatch ?? review
        case .deny: return deny
        case .review:
            if keepsProviderCodes, decision.verdict == .unknown, let code = decision.code,
                ResponseCode(code).isOfVerify,
                ResponseCode(code).verdict == .unknown
            {
                return code
            }
            return review
        }
    }
}
