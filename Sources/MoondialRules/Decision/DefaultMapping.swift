// SPDX-License-Identifier: MIT

import NumberVerification

/// The decision when no rule maps the evidence.
package enum DefaultMapping {
    /// Match is allowed, mismatch denied; no verdict goes to review, with the trouble as the reason: the kind of error
    /// (`response_timeout`), else `code_9002`, or the guard that forbade the attempt (`deadline`).
    package static func choice(for evidence: Evidence) -> RuleDecision {
        switch evidence.verdict {
        case .match: RuleDecision(.allow, reason: Verdict.match.rawValue)
        case .mismatch: RuleDecision(.deny, reason: Verdict.mismatch.rawValue)
        case .unknown: RuleDecision(.review, reason: evidence.trouble)
        }
    }

    /// Why the default mapping chose what it did.
    static func why(for evidence: Evidence) -> DecisionReason {
        switch evidence {
        case .attempt(let attempt): .defaultMapping(attempt.verdict)
        case .noAttempt(let reason): .noAttempt(reason)
        }
    }
}
