// SPDX-License-Identifier: MIT

import JSON
import MoondialRules

/// The decision on one request.
public struct RuleHostDecision: Sendable {
    /// What to do with the user.
    public enum Outcome: String, Sendable, CaseIterable {
        case allow, deny, review
    }

    /// What to do with the user.
    public let outcome: Outcome
    /// The reason that the rule gave; nil when it gave none.
    public let reason: String?
    /// The name of the rule that decided, or "default".
    public let rule: String
    /// How often the token was sent.
    public let attempts: Int
    /// The trace id of the run: 32 hexadecimal digits, which logs contain, too.
    public let traceID: String
    /// The whole decision as one line of JSON, as `moondial verify --json` prints it. Holds no token.
    public let json: String

    init(_ result: RunResult, target: String) {
        outcome =
            switch result.decision.outcome {
            case .allow: .allow
            case .deny: .deny
            case .review: .review
            }
        reason = result.decision.reason
        rule = result.decision.rule
        attempts = result.attempts.count
        traceID = result.traceID.description
        json = result.json(target: target).description
    }
}
