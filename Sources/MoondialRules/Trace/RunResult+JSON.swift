// SPDX-License-Identifier: MIT

package import JSON
import NumberVerification

extension RunResult {
    /// The result as one object for the caller of the request, always with the same members: `decision`, `reason`, `rule`,
    /// `verdict`, `code`, `content`, `id`, `exID`, `endpoint`, `attempts`, `elapsed_ms`, `trace_id`, `rules_revision`,
    /// `target`; and `fields` when a rule added any. Unknown values are null. An attempt of `moondial.attempt` has
    /// the member `raw`, which is true.
    ///
    /// The object holds no token and no credentials. Phones are unmasked in the caller's exID and in the rule's fields,
    /// and masked in all other texts.
    ///
    /// The target names the service to which the attempts were sent, in a form for people.
    ///
    /// Without `keepsPhones`, which is on by default, phones are masked everywhere, as in logs.
    package func json(target: String, keepsPhones: Bool = true) -> JSONValue {
        let redactor = redactor
        let callers = keepsPhones ? redactor.keepingPhones : redactor
        var object: JSONObject = [
            "decision": .string(decision.outcome.rawValue),
            "reason": JSONValue(redactor.text(decision.reason)),
            "rule": .string(redactor.rule(decision.rule)),
            "verdict": .string(verdict.rawValue),
            "code": JSONValue(code),
            "content": JSONValue(redactor.providerText(content)),
            "id": JSONValue(id),
            "exID": JSONValue(callers.text(exID)),
            "endpoint": JSONValue(endpoint?.rawValue),
            "attempts": .array(attempts.map { json($0, redactor) }),
            "elapsed_ms": elapsed.jsonMilliseconds,
            "trace_id": .string(traceID.description),
            "rules_revision": .string(revision),
            "target": .string(target),
        ]
        if !decision.fields.isEmpty { object["fields"] = .object(callers.object(decision.fields)) }
        return .object(object)
    }

    private func json(_ attempt: RunAttempt, _ redactor: Redactor) -> JSONValue {
        var object = attempt.attempt.jsonObject(redactor)
        if attempt.isRaw { object["raw"] = true }
        return .object(object)
    }
}
