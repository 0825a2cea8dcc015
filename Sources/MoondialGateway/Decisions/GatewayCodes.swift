// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

/// Which of the provider's codes a decision becomes in a reply of the provider's shape.
///
/// An integration that was written for the provider knows these codes only. A decision that says the same as the provider's
/// reply keeps the provider's code by default: 9003 asks for a new token and 9006 for another way today, and integrations
/// that handle those go on to do so.
package struct GatewayCodes: Sendable, Hashable {
    /// The code of a reason, before anything else.
    package var byReason: [String: Int64] = [:]
    package var match: Int64 = 9000
    package var deny: Int64 = 9001
    package var review: Int64 = 9002
    /// The code of an allow for which the provider has found no match. The default is that of review: nobody else has
    /// confirmed the number.
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
