// SPDX-License-Identifier: MIT

package import JSON
package import MoondialRules
package import NumberVerification

/// A decision with the values of its run that replies need: for this request, and for later ones with the same token.
///
/// Texts are redacted as in `RunResult.json(target:)`; a recorded decision holds neither phone nor token.
package final class RecordedDecision: Sendable {
    package let outcome: Decision.Outcome
    package let reason: String?
    package let rule: String
    package let verdict: Verdict
    /// From the last attempt, as the next three; nil if missing.
    package let code: Int64?
    package let content: String?
    package let id: Int64?
    package let endpoint: Endpoint?
    /// Fields that a rule has added.
    package let fields: JSONObject
    /// The trace id of the run that has decided.
    package let traceID: TraceID
    /// The revision of the rules that have decided.
    package let revision: String
    /// Whether the provider may have read the token, so that it must not be sent again.
    package let mayHaveReadToken: Bool

    /// Records the decision of a run.
    package init(_ result: RunResult) {
        let redactor = result.redactor
        outcome = result.decision.outcome
        reason = redactor.text(result.decision.reason)
        rule = redactor.rule(result.decision.rule)
        verdict = result.verdict
        code = result.code
        content = redactor.providerText(result.content)
        id = result.id
        endpoint = result.endpoint
        fields = result.decision.fields.isEmpty ? JSONObject() : redactor.keepingPhones.object(result.decision.fields)
        traceID = result.traceID
        revision = result.revision
        mayHaveReadToken = result.attempts.contains { $0.attempt.tokenState != .unused }
    }

    /// Records a decision that the gateway makes itself, without a run: review, for this reason.
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

    /// Reads the JSON that ``stored`` has written; nil for any other value.
    init?(stored: JSONValue) {
        guard case .object(let object) = stored,
            let outcome = object["decision"]?.stringValue.flatMap(Decision.Outcome.init),
            let rule = object["rule"]?.stringValue, let verdict = object["verdict"]?.stringValue.flatMap(Verdict.init),
            let traceID = object["trace_id"]?.stringValue.flatMap(TraceID.init),
            let revision = object["rules_revision"]?.stringValue,
            let mayHaveReadToken = object["may_have_read_token"]?.boolValue
        else { return nil }
        self.outcome = outcome
        reason = object["reason"]?.stringValue
        self.rule = rule
        self.verdict = verdict
        code = object["code"]?.integerValue
        content = object["content"]?.stringValue
        id = object["id"]?.integerValue
        endpoint = object["endpoint"]?.stringValue.flatMap(Endpoint.init)
        fields = object["fields"]?.objectValue ?? JSONObject()
        self.traceID = traceID
        self.revision = revision
        self.mayHaveReadToken = mayHaveReadToken
    }

    /// The decision as one object, with the members of `RunResult.json(target:)`. `attempts` is empty: attempts belong
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

// MARK: - In a store

extension RecordedDecision {
    /// The whole decision as JSON, for ``init(stored:)``.
    var stored: JSONValue {
        var object: JSONObject = [
            "decision": .string(outcome.rawValue), "reason": JSONValue(reason), "rule": .string(rule),
            "verdict": .string(verdict.rawValue), "code": JSONValue(code), "content": JSONValue(content),
            "id": JSONValue(id), "endpoint": JSONValue(endpoint?.rawValue), "trace_id": .string(traceID.description),
            "rules_revision": .string(revision), "may_have_read_token": .bool(mayHaveReadToken),
        ]
        if !fields.isEmpty { object["fields"] = .object(fields) }
        return .object(object)
    }
}
