// SPDX-License-Identifier: MIT

package import JSON
import MoondialPresentation
package import MoondialRules
import NumberVerification
import TextFormats

/// A test that reproduces a run, made from the output of `verify --json --trace` or a line of the decision log.
package struct RecordedRun {
    /// The test, in Lua.
    package let test: String
    /// The version of the format of the decision log.
    private static let version: JSONValue = 1

    /// Reads one object. Its phone and token are masked, so that the test gets invented ones.
    ///
    /// - Throws: A diagnostic when the object lacks a member.
    package init(_ value: JSONValue) throws(Diagnostic) {
        guard let record = value.objectValue, let decision = record["decision"]?.stringValue,
            let attempts = record["attempts"]?.arrayValue
        else {
            throw Diagnostic(
                .requestInvalid, "an object with decision and attempts expected",
                fix: "write it with 'moondial verify --json --trace', or take a line of the decision log")
        }
        guard record["version"] ?? Self.version == Self.version else {
            throw Diagnostic(.requestInvalid, "version: expected 1, which this moondial reads")
        }
        let calls = attempts.compactMap(\.objectValue)
        var lines = ["  request = \(Self.request(record["request"]?.objectValue ?? JSONObject())),"]
        if let clock = record["inputs"]?.objectValue?["clock_ms"]?.integerValue {
            lines.append("  at = \"\(UTCTime.text(milliseconds: clock))\",")
        }
        let answers = RecordedStoreCalls(record["events"]?.arrayValue ?? [])
        if !answers.notations.isEmpty { lines.append("  \(TestNotation.list("store", answers.notations)),") }
        lines.append("  \(TestNotation.list("replies", calls.map(Self.reply))),")
        lines.append("  expect = \(Self.expectation(record, decision, calls)),")
        let name =
            "\(decision)\(record["reason"]?.stringValue.map { " \($0)" } ?? "")"
            + (record["trace_id"]?.stringValue.map { ", as in \($0)" } ?? "")
        var remarks: [String] = []
        if answers.lacksValue { remarks.append("The value that moondial.store.get has found is not in the record.") }
        if record["events"] == nil {
            remarks.append(
                "The record has no answers of the store: take --trace, or decision_log_detail: trace.")
        }
        if record["inputs"]?.objectValue?["seed"] != nil {
            remarks.append("The run used random numbers. Those of the test are others.")
        }
        let comments = remarks.map { "-- \($0)\n" }.joined()
        test = "\(comments)test \(LuaWords.quoted(name.utf8)) {\n\(lines.joined(separator: "\n"))\n}\n"
    }

    private static func request(_ request: JSONObject) -> String {
        var members: [String] = []
        if let phone = request["phone"]?.stringValue { members.append("phone = \"\(TestNotation.invented(phone))\"") }
        for name in ["channel", "operator", "ip", "token_age_ms", "timeout_ms", "context"] {
            if let value = request[name], value != .null { members.append("\(name) = \(TestNotation.lua(value))") }
        }
        if let exID = request["exID"], exID != .null { members.append("exid = \(TestNotation.lua(exID))") }
        return members.isEmpty ? "{}" : "{ \(members.joined(separator: ", ")) }"
    }

    private static func reply(_ call: JSONObject) -> String {
        let error = call["error"]?.objectValue?["kind"]?.stringValue
        let status = call["http_status"]?.integerValue ?? 200
        var members: [String] = []
        if let code = call["code"]?.integerValue {
            if status != 200 { members.append("http = \(status)") }
            if ResponseCode(code).verdict != .unknown, error == nil, call["id"] ?? .null == .null {
                members.append("id = \"missing\"")
            }
            if error == AttemptError.Kind.badReply.rawValue { members.append("body = \"error-object\"") }
            if isSlow(call) { members.append("delay = \"\(delay(call))\"") }
            return members.isEmpty ? String(code) : "{ code = \(code), \(members.joined(separator: ", ")) }"
        }
        let kind = error ?? AttemptError.Kind.badReply.rawValue
        let usual = AttemptError.Kind(rawValue: kind)?.possibleDeliveries.first
        if let delivered = call["delivered"]?.stringValue, delivered != usual?.rawValue {
            members.append("delivered = \"\(delivered)\"")
        }
        if isSlow(call), kind != AttemptError.Kind.responseTimeout.rawValue {
            members.append("delay = \"\(delay(call))\"")
        }
        return members.isEmpty ? "\"\(kind)\"" : "{ error = \"\(kind)\", \(members.joined(separator: ", ")) }"
    }

    /// Whether the reply took a second or longer: rules that depend on time work with seconds.
    private static func isSlow(_ call: JSONObject) -> Bool { milliseconds(call) >= 1000 }

    private static func delay(_ call: JSONObject) -> String { "\(milliseconds(call))ms" }

    private static func milliseconds(_ call: JSONObject) -> Int64 {
        switch call["elapsed_ms"] {
        case .integer(let value)?: value
        case .double(let value)?: Int64(max(0, min(value, 86_400_000)))
        default: 0
        }
    }

    private static func expectation(_ record: JSONObject, _ decision: String, _ calls: [JSONObject]) -> String {
        var members = ["decision = \"\(decision)\""]
        if let reason = record["reason"]?.stringValue { members.append("reason = \(LuaWords.quoted(reason.utf8))") }
        let endpoints = calls.map { TestNotation.lua($0["endpoint"] ?? "mobile") }
        members.append(endpoints.isEmpty ? "attempts = 0" : "attempts = { \(endpoints.joined(separator: ", ")) }")
        members.append("billed = \(calls.count { $0["billed"] == true })")
        return "{ \(members.joined(separator: ", ")) }"
    }
}

/// The outcomes of calls of the store, from the events of a run.
private struct RecordedStoreCalls {
    /// The outcomes as a test writes them, in the order of the calls.
    private(set) var notations: [String] = []
    /// Whether `get` has found a value: values are not recorded.
    private(set) var lacksValue = false

    init(_ events: [JSONValue]) {
        for event in events where event["event"]?.stringValue == "store" {
            guard let detail = event["detail"]?.objectValue else { continue }
            if detail["found"] == true { lacksValue = true }
            notations.append(Self.notation(detail))
        }
    }

    private static func notation(_ detail: JSONObject) -> String {
        if let kind = detail["error"]?["kind"]?.stringValue {
            return StoreAnswer.outcome(named: kind)?.notation ?? StoreOutcome.away.notation
        }
        if let found = detail["found"] {
            return found == true ? "{ value = \"?\" }" : StoreOutcome.value(nil).notation
        }
        if let value = detail["value"] { return TestNotation.lua(value) }
        guard let isAllowed = detail["allowed"]?.boolValue else { return StoreOutcome.done.notation }
        let used = detail["used"]?.integerValue ?? 1
        if isAllowed { return used == 1 ? StoreOutcome.allowed.notation : "{ allowed = true, used = \(used) }" }
        let wait = detail["retry_after_ms"].map { ", retry_after_ms = \(TestNotation.lua($0))" } ?? ""
        return "{ allowed = false, used = \(used)\(wait) }"
    }
}
