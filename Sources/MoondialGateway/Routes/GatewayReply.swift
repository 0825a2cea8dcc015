// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialRules
import NumberVerification
import TextFormats

/// Makes replies in the formats of the gateway.
enum GatewayReply {
    /// A reply in the provider's format: `{"id", "code", "content", "exID"}`.
    static func provider(
        status: Int = 200, code: ResponseCode, content: String? = nil, id: Int64? = nil, exID: String? = nil
    ) -> HTTPReplyMessage {
        var body = JSONObjectWriter(reserving: 256)
        if let id { body.write("id", id) }
        body.write("code", code.rawValue)
        body.write("content", content ?? code.entry?.content ?? "code \(code)")
        if let exID { body.write("exID", exID) }
        return HTTPReplyMessage(status: status, contentType: "application/json", body: body.finished().array)
    }

    static func json(status: Int = 200, _ value: JSONValue) -> HTTPReplyMessage {
        HTTPReplyMessage(status: status, contentType: "application/json", body: value.bytes)
    }

    /// A problem as RFC 9457 defines it.
    static func problem(status: Int, _ kind: String, title: String, detail: String? = nil) -> HTTPReplyMessage {
        var object: JSONObject = [
            "type": .string("urn:moondial:problem:\(kind)"), "title": .string(title), "status": .integer(Int64(status)),
        ]
        object["detail"] = detail.map(JSONValue.string)
        return HTTPReplyMessage(
            status: status, contentType: "application/problem+json", body: JSONValue.object(object).bytes)
    }

    /// Goes with replies to requests that may be sent again.
    static let retryAfter: (name: StaticString, value: String) = ("Retry-After", "1")

    static let notFound = problem(status: 404, "not_found", title: "There is nothing at this path.")

    static func methodNotAllowed(_ allowed: String) -> HTTPReplyMessage {
        var message = problem(status: 405, "method_not_allowed", title: "The method is not supported here.")
        message.fields.append(("Allow", allowed))
        return message
    }

    static func badRequest(_ error: HTTPRequestError) -> HTTPReplyMessage {
        problem(status: error.status, error.rawValue, title: "The bytes are not a request.", detail: error.description)
    }
}

/// The names of the header fields that hold a decision.
enum DecisionField {
    static let decision: StaticString = "X-Moondial-Decision"
}

extension HTTPReplyMessage {
    /// Adds header fields with the decision, its reason, rule, trace and revision.
    mutating func add(_ decision: RecordedDecision, isReplayed: Bool) {
        fields.reserveCapacity(6)
        fields.append((DecisionField.decision, decision.outcome.rawValue))
        if let reason = decision.reason { fields.append(("X-Moondial-Reason", reason)) }
        fields.append(("X-Moondial-Rule", decision.rule))
        fields.append(("X-Moondial-Trace-Id", decision.traceID.description))
        fields.append(("X-Moondial-Revision", decision.revision))
        if isReplayed { fields.append(("X-Moondial-Replayed", "true")) }
    }
}
