// SPDX-License-Identifier: MIT

import NumberVerification

/// The decision when no rule maps the evidence.
package enum DefaultMapping {
    /// A match is allowed, a mismatch is denied. Without a verdict the decision is review, and its reason is the kind
    /// of error (`response_timeout`), else `code_9002`, or the guard that forbade the attempt (`deadline`).
    package static func choice(for evidence: Evidence) -> RuleDecision {
        switch evidence.verdict {
        case .match: RuleDecision(.allow, reason: Verdict.match.rawValue)
        case .mismatch: RuleDecision(.deny, reason: Verdict.mismatch.rawValue)
        case .unknown: RuleDecision(.review, reason: evidence.cause)
        }
    }

    /// The reason to record for a decision of the default mapping.
    static func why(for evidence: Evidence) -> DecisionReason {
        switch evidence {
        case .attempt(let attempt): .defaultMapping(attempt.verdict)
        case .noAttempt(let reason): .noAttempt(reason)
        }
    }
}
