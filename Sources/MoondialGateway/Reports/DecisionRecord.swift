// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import TextFormats

/// A line of the decision log: what was asked, what the rules could see, what they decided and why.
///
/// Phones are masked and tokens left out; `masked` names the members of the request of which that is so. Everything else
/// that a hook could read stands in it: the request, the replies, the time and the seed of random numbers.
enum DecisionRecord {
    /// What a line holds beside the result.
    struct Options: Sendable {
        /// The name of what attempts are sent to.
        let target: String
        /// Whether the line holds the whole trace.
        let hasTrace: Bool
    }

    /// The version of the format.
    private static let version: Int64 = 1

    static func line(
        for run: FinishedRun, of request: DecisionRequest, endedAt milliseconds: Int64, _ options: Options
    ) -> [UInt8] {
        JSONValue.object(object(for: run, of: request, endedAt: milliseconds, options)).bytes
    }

    /// The line without what can be large: the trace, the fields of the decision, and the context of the request.
    static func shortLine(
        for run: FinishedRun, of request: DecisionRequest, endedAt milliseconds: Int64, _ options: Options
    ) -> [UInt8] {
        var object = object(
            for: run, of: request, endedAt: milliseconds, Options(target: options.target, hasTrace: false))
        var asked = run.trace.requestJSON
        asked["context"] = nil
        object["request"] = .object(asked)
        object["fields"] = nil
        object["omitted"] = ["context", "fields", "events"]
        return JSONValue.object(object).bytes
    }

    private static func object(
        for run: FinishedRun, of request: DecisionRequest, endedAt milliseconds: Int64, _ options: Options
    ) -> JSONObject {
        var object: JSONObject = [
            "version": .integer(version),
            "time": .string(UTCTime.text(milliseconds: milliseconds)),
            "caller": .string(request.caller.name),
            "app": .string(request.caller.appKey),
            "request": .object(run.trace.requestJSON),
            "masked": ["phone", "token"],
        ]
        for member in run.result.json(target: options.target, keepsPhones: false).objectValue?.members ?? [] {
            object[member.key] = member.value
        }
        object["why"] = .string(run.result.why.description(naming: run.result.redactor.rule))
        var inputs = JSONObject()
        inputs["clock_ms"] = run.inputs.clock.map(JSONValue.integer)
        inputs["seed"] = run.inputs.seed.map(JSONValue.integer)
        if !inputs.isEmpty { object["inputs"] = .object(inputs) }
        if let traceparent = request.traceparent { object["traceparent"] = .string(traceparent) }
        if options.hasTrace { object["events"] = .array(run.trace.stepsJSON) }
        return object
    }
}
