// SPDX-License-Identifier: MIT

import JSON
package import NumberVerification

// The JSON forms of what a run consists of, redacted. Members that do not apply are null in an attempt, whose shape
// is fixed, and absent elsewhere.

extension Attempt {
    /// All members of an attempt, with `elapsed_ms` last.
    func jsonObject(_ redactor: Redactor) -> JSONObject {
        [
            "endpoint": .string(endpoint.rawValue),
            "verdict": .string(verdict.rawValue),
            "code": JSONValue(code),
            "content": JSONValue(redactor.providerText(content)),
            "id": JSONValue(id),
            "exID": JSONValue(redactor.text(exID)),
            "http_status": JSONValue(httpStatus.map(Int64.init)),
            "error": error.map { .object($0.jsonObject(redactor)) } ?? .null,
            "delivered": .string(delivered.rawValue),
            "billed": billed.json,
            "elapsed_ms": elapsed.jsonMilliseconds,
        ]
    }
}

extension AttemptError {
    func jsonObject(_ redactor: Redactor) -> JSONObject {
        [
            "kind": .string(kind.rawValue),
            "message": .string(redactor.text(message)),
            "retryable": .bool(retryable),
        ]
    }
}

extension Billed {
    /// `false`, `true` or `"maybe"`.
    var json: JSONValue {
        switch self {
        case .no: false
        case .yes: true
        case .maybe: "maybe"
        }
    }
}

extension HookAnswer {
    func detail(_ redactor: Redactor) -> JSONObject {
        switch self {
        case .none:
            return ["answer": "none"]
        case .decision(let choice):
            var detail: JSONObject = ["answer": "decision"]
            choice.add(to: &detail, redactor)
            return detail
        case .route(let endpoint):
            return ["answer": "endpoint", "endpoint": .string(endpoint.rawValue)]
        case .fallback(let endpoint, let evenIfDelivered):
            var detail: JSONObject = ["answer": "endpoint", "endpoint": .string(endpoint.rawValue)]
            if evenIfDelivered { detail["even_if_delivered"] = true }
            return detail
        case .failed(let failure):
            return ["answer": "failed", "error": .object(failure.jsonObject(redactor))]
        }
    }
}

extension HookFailure {
    func jsonObject(_ redactor: Redactor) -> JSONObject {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "message": .string(redactor.text(message)),
        ]
        if let site {
            object["file"] = .string(redactor.source(site.file))
            object["line"] = .integer(Int64(site.line))
        }
        if let source { object["source"] = .string(redactor.excerpt(source, of: site?.file ?? "")) }
        if !traceback.isEmpty { object["traceback"] = .array(traceback.map { .string(redactor.text($0)) }) }
        return object
    }
}

extension Guard {
    func detail(endpoint: Endpoint, isRaw: Bool) -> JSONObject {
        var detail: JSONObject = ["reason": .string(rawValue), "endpoint": .string(endpoint.rawValue)]
        if isRaw { detail["raw"] = true }
        detail["message"] = .string(message(endpoint: endpoint, isRaw: isRaw))
        return detail
    }

    /// One line that says what was not sent, and why.
    package func message(endpoint: Endpoint, isRaw: Bool) -> String {
        "\(isRaw ? "raw attempt" : "attempt") at \(endpoint.rawValue) refused: \(explanation)"
    }
}

extension Decision {
    func detail(why: DecisionReason, _ redactor: Redactor) -> JSONObject {
        var detail = JSONObject()
        choice.add(to: &detail, redactor)
        detail["rule"] = .string(redactor.rule(rule))
        detail["why"] = .string(why.description(naming: redactor.rule))
        return detail
    }
}

extension RuleDecision {
    fileprivate func add(to detail: inout JSONObject, _ redactor: Redactor) {
        detail["decision"] = .string(outcome.rawValue)
        if let reason { detail["reason"] = .string(redactor.text(reason)) }
        if !fields.isEmpty { detail["fields"] = .object(redactor.object(fields)) }
    }
}
