// SPDX-License-Identifier: MIT

package import JSON

/// What the rules chose for one run. The provider gives the verdict; the rules make the decision.
package struct Decision: Sendable, Hashable {
    /// What to do with the user.
    package enum Outcome: String, Sendable, CaseIterable {
        case allow, deny, review
    }

    /// The value of ``rule`` when no rule chose.
    package static let defaultRule = "default"

    /// What was chosen.
    package let choice: RuleDecision
    /// The name of the rule that chose, or ``defaultRule``.
    package let rule: String

    /// Joins a choice with the name of the rule that made it, by default ``defaultRule``.
    package init(_ choice: RuleDecision, rule: String = defaultRule) {
        self.choice = choice
        self.rule = rule
    }

    package var outcome: Outcome { choice.outcome }

    /// The reason as the rule gave it, unredacted.
    package var reason: String? { choice.reason }

    /// The members that the rule added, unredacted.
    package var fields: JSONObject { choice.fields }
}

/// What a rule says when it decides: `deny`, `deny "reason"` or `deny("reason", {field = 1})`.
package struct RuleDecision: Sendable, Hashable {
    package let outcome: Decision.Outcome
    /// Why, or nil when the rule gave no reason.
    package let reason: String?
    /// Further members for the decision table; empty when the rule gave none.
    package let fields: JSONObject

    package init(_ outcome: Decision.Outcome, reason: String? = nil, fields: JSONObject = JSONObject()) {
        self.outcome = outcome
        self.reason = reason
        self.fields = fields
    }
}
