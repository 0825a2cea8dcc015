// SPDX-License-Identifier: MIT

package import JSON
package import MoondialRules
package import NumberVerification

/// A decision with what replies need of its run: for the caller that asked, and for later requests with the same token.
///
/// Texts are redacted as in `RunResult.json(target:)`; there is neither phone nor token in it.
package final class RecordedDecision: Sendable {
    package let outcome: Decision.Outcome
    package let reason: String?
    package let rule: String
    package let verdict: Verdict
    /// Of the provider's reply to the last attempt, as the next three; nil when there was none.
    package let code: Int64?
    package let content: String?
    package let id: Int64?
    package let endpoint: Endpoint?
    /// What a rule has added.
    package let fields: JSONObject
    /// Of the run that has decided.
    package let traceID: TraceID
    /// Of the rules that have decided.
    package let revision: String
    /// Whether the provider may have read the token, so that it must not be sent again.
    package let mayHaveReadToken: Bool

    /// What a run has decided.
    package init(_ result: RunResult) {
        let redactor = result.redactor
        outcome = result.decision.outcome
        reason = redactor.text(result.decision.reason)
        rule = redactor.rule(result.decision.rule)
        verdict = result.verdict
        code = result.code
        content = redactor.text(result.content)
        id = result.id
        endpoint = result.endpoint
        fields = result.decision.fields.isEmpty ? JSONObject() : redactor.keepingPhones.object(result.decision.fields)
        traceID = result.traceID
        revision = result.revision
        mayHaveReadToken = result.attempts.contains { $0.attempt.tokenState != .unused }
    }

    /// What the gateway decides itself, without a run: review, for that reason.
    package init(reviewBecause reason: Guard, traceID: TraceID, revision: String) {
        outcome = .review
        self.reason = reason.rawValue
        rule = Decision.defaultRule
        verdict = .unknown
        code = nil
        content = nil
        id = nil
        endpoint = nil
        fields = JSONObject()
        self.traceID = traceID
        self.revision = revision
        mayHaveReadToken = false
    }

    /// The decision as one object, with the members of `RunResult.json(target:)`. There are no attempts in it: they belong
    /// to the run that has decided.
    package func json(exID: String?, target: String) -> JSONValue {
        var object: JSONObject = [
            "decision": .string(outcome.rawValue),
            "reason": JSONValue(reason),
            "rule": .string(rule),
            "verdict": .string(verdict.rawValue),
            "code": JSONValue(code),
            "content": JSONValue(content),
            "id": JSONValue(id),
            "exID": JSONValue(exID),
            "endpoint": JSONValue(endpoint?.rawValue),
            "attempts": [],
            "elapsed_ms": 0,
            "trace_id": .string(traceID.description),
            "rules_revision": .string(revision),
            "target": .string(target),
        ]
        if !fields.isEmpty { object["fields"] = .object(fields) }
        return .object(object)
    }
}
