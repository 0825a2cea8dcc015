// SPDX-License-Identifier: MIT

package import JSON
import MoondialStore
import NumberVerification

extension Trace {
    /// The trace as one object for machines, redacted: `trace_id`, `rules_revision`, `request`, `events`, and
    /// `dropped_events` if hooks caused more events than the trace holds.
    package var json: JSONValue {
        var object: JSONObject = [
            "trace_id": .string(id.description), "rules_revision": .string(revision),
            "request": .object(requestJSON), "events": .array(stepsJSON),
        ]
        if droppedEvents > 0 { object["dropped_events"] = .integer(Int64(droppedEvents)) }
        return .object(object)
    }

    /// One object per step of the run, redacted: `event`, `start_ms`, `duration_ms`, `rule`, `hook`, `file`, `line`,
    /// `detail`; members that do not apply are left out. By `event`, `detail` holds
    ///
    /// - `hook`: `answer` (`none`, `decision`, `endpoint`, `failed` or `cancelled`) and, as it applies, `attempt` (the
    ///   number of the attempt that the hook got), `decision`, `reason`, `fields`, `endpoint`, `even_if_delivered`,
    ///   `error`;
    /// - `attempt`: `number` from 1, `raw`, and the attempt's own members;
    /// - `guard`: why a request was not sent: `reason` (see ``Guard``), `endpoint`, `raw`, `message`;
    /// - `store`: `function` and `key` of a call of `moondial.store`, and as it applies `allowed`, `used`, `limit` and
    ///   `retry_after_ms`, `found`, `value` or `error`;
    /// - `log`: `message` and, if any, `fields`;
    /// - `decision`: `decision`, `reason`, `rule`, `why` and, if any, `fields`. The last one is final.
    package var stepsJSON: [JSONValue] {
        let redactor = redactor
        return steps.map { .object(json($0, redactor)) }
    }

    /// The request as far as it may be shown: `phone`, `exID`, `channel` and the options.
    package var requestJSON: JSONObject {
        let redactor = redactor
        var detail: JSONObject = ["phone": .string(redactor.phone(run.request.phone))]
        if let exID = run.request.exID { detail["exID"] = .string(redactor.text(exID)) }
        if let channel = run.channel { detail["channel"] = .string(channel.rawValue) }
        for member in redactor.object(run.options).members { detail[member.key] = member.value }
        return detail
    }

    private func json(_ step: TraceStep, _ redactor: Redactor) -> JSONObject {
        var object: JSONObject = [
            "event": .string(step.name), "start_ms": step.start.jsonMilliseconds,
            "duration_ms": step.duration.jsonMilliseconds,
        ]
        if let place = step.place {
            let rule = rule(at: place)
            object["rule"] = .string(redactor.rule(rule.name))
            object["hook"] = .string(place.hook.rawValue)
            if let site = rule.hooks[place.hook] {
                object["file"] = .string(redactor.source(site.file))
                object["line"] = .integer(Int64(site.line))
            }
        }
        object["detail"] = .object(step.detail(redactor))
        return object
    }
}

extension TraceStep {
    /// The name of its kind in JSON.
    fileprivate var name: String {
        switch kind {
        case .hook: "hook"
        case .attempt: "attempt"
        case .refusal: "guard"
        case .store: "store"
        case .log: "log"
        case .decision: "decision"
        }
    }

    fileprivate func detail(_ redactor: Redactor) -> JSONObject {
        switch kind {
        case .hook(let attempt, let answer):
            var detail = answer?.detail(redactor) ?? ["answer": "cancelled"]
            if let attempt { detail["attempt"] = .integer(Int64(attempt)) }
            return detail
        case .attempt(let number, let endpoint, let isRaw, let attempt):
            var detail: JSONObject = ["number": .integer(Int64(number))]
            if isRaw { detail["raw"] = true }
            guard let attempt else {
                detail["endpoint"] = .string(endpoint.rawValue)
                return detail
            }
            for member in attempt.jsonObject(redactor).members { detail[member.key] = member.value }
            return detail
        case .refusal(let reason, let endpoint, let isRaw):
            return reason.detail(endpoint: endpoint, isRaw: isRaw)
        case .store(let function, let name, let result):
            var detail: JSONObject = ["function": .string(function), "key": .string(redactor.text(name))]
            if let result { for member in result.detail.members { detail[member.key] = member.value } }
            return detail
        case .log(let message, let fields):
            var detail: JSONObject = ["message": .string(redactor.text(message))]
            if !fields.isEmpty { detail["fields"] = .object(redactor.object(fields)) }
            return detail
        case .decision(let decision, let why):
            return decision.detail(why: why, redactor)
        }
    }
}

extension Result<StoreReply, StoreError> {
    /// Values are not shown, since they may hold secrets.
    fileprivate var detail: JSONObject {
        switch self {
        case .failure(let error):
            return ["error": .object(["kind": .string(error.kind.rawValue), "message": .string(error.message)])]
        case .success(.count(let count)):
            var detail: JSONObject = [
                "allowed": .bool(count.allowed), "used": .integer(count.used), "limit": .integer(count.limit),
            ]
            if let retryAfter = count.retryAfter { detail["retry_after_ms"] = retryAfter.jsonMilliseconds }
            return detail
        case .success(.value(let value)): return ["found": .bool(value != nil)]
        case .success(.flag(let flag)): return ["value": .bool(flag)]
        case .success(.integer(let number)): return ["value": .integer(number)]
        case .success(.done), .success(.entries), .success(.lists), .success(.load): return JSONObject()
        }
    }
}
