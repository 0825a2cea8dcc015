// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import TextFormats

/// A line of the decision log: what was asked, what the rules could see, what they decided and why.
///
/// Phones are masked and tokens left out; `masked` names the members of the request of which that is so. Everything else
/// that a hook could read stands in it: the request, the replies, the time and the seed of random numbers.
struct DecisionRecord {
    /// What a line holds beside the result.
    struct Options: Sendable {
        /// The name of what attempts are sent to.
        let target: String
        /// Whether the line holds the whole trace.
        let hasTrace: Bool
    }

    /// The version of the format.
    private static let version: Int64 = 1
    private static let masked: JSONValue = ["phone", "token"]

    let run: FinishedRun
    /// What the run has decided.
    let decision: RecordedDecision
    let request: DecisionRequest
    /// When the run ended, in milliseconds since 1970.
    let end: Int64
    let options: Options

    /// The whole line.
    var line: [UInt8] { line(isShort: false) }

    /// The line without what can be large: the trace, the fields of the decision, and the context of the request.
    var shortLine: [UInt8] { line(isShort: true) }

    private func line(isShort: Bool) -> [UInt8] {
        var writer = JSONObjectWriter()
        writer.write("version", Self.version)
        writer.write("time") { UTCTime.write(milliseconds: end, to: &$0) }
        writer.write("caller", request.caller.name)
        writer.write("app", request.caller.appKey)
        writeRequest(to: &writer, isShort: isShort)
        writer.write("masked", Self.masked)
        writeDecision(to: &writer)
        writer.beginArray("attempts")
        for attempt in run.result.attempts { write(attempt, to: &writer) }
        writer.endArray()
        writer.write("elapsed_ms", Self.milliseconds(run.result.elapsed))
        writer.write("trace_id", decision.traceID.description)
        writer.write("rules_revision", decision.revision)
        writer.write("target", options.target)
        if !isShort, !decision.fields.isEmpty { writer.write("fields", .object(redactor.object(decision.fields))) }
        writer.write("why", run.result.why.description(naming: redactor.rule))
        writeInputs(to: &writer)
        if let traceparent = request.traceparent { writer.write("traceparent", traceparent) }
        if isShort {
            writer.write("omitted", ["context", "fields", "events"])
        } else if options.hasTrace {
            writer.write("events", .array(run.trace.stepsJSON))
        }
        writer.end()
        return writer.bytes
    }

    private var redactor: Redactor { run.result.redactor }

    private func writeRequest(to writer: inout JSONObjectWriter, isShort: Bool) {
        let context = run.trace.run
        writer.beginObject("request")
        writer.write("phone", redactor.phone(context.request.phone))
        if let exID = context.request.exID { writer.write("exID", redactor.text(exID)) }
        if let channel = context.channel { writer.write("channel", channel.rawValue) }
        if let ip = context.options["ip"] { writer.write("ip", ip) }
        if let carrier = context.options["operator"] { writer.write("operator", carrier) }
        if let age = context.options["token_age_ms"] { writer.write("token_age_ms", age) }
        if let timeout = context.options["timeout_ms"] { writer.write("timeout_ms", timeout) }
        if !isShort, let data = context.options["context"] { writer.write("context", redactor.json(data)) }
        writer.end()
    }

    private func writeDecision(to writer: inout JSONObjectWriter) {
        writer.write("decision", decision.outcome.rawValue)
        writer.write("reason", decision.reason)
        writer.write("rule", decision.rule)
        writer.write("verdict", decision.verdict.rawValue)
        writer.write("code", decision.code)
        writer.write("content", decision.content)
        writer.write("id", decision.id)
        writer.write("exID", redactor.text(run.result.exID))
        writer.write("endpoint", decision.endpoint?.rawValue)
    }

    private func write(_ attempt: RunAttempt, to writer: inout JSONObjectWriter) {
        let call = attempt.attempt
        writer.beginElement()
        if attempt.isRaw { writer.write("raw", true) }
        writer.write("endpoint", call.endpoint.rawValue)
        writer.write("start_ms", Self.milliseconds(attempt.start))
        writer.write("verdict", call.verdict.rawValue)
        writer.write("code", call.code)
        writer.write("content", redactor.text(call.content))
        writer.write("id", call.id)
        writer.write("exID", redactor.text(call.exID))
        writer.write("http_status", call.httpStatus.map(Int64.init))
        if let error = call.error {
            writer.beginObject("error")
            writer.write("kind", error.kind.rawValue)
            writer.write("message", redactor.text(error.message))
            writer.end()
        }
        writer.write("delivered", call.delivered.rawValue)
        switch call.billed {
        case .no: writer.write("billed", false)
        case .yes: writer.write("billed", true)
        case .maybe: writer.write("billed", "maybe" as JSONValue)
        }
        writer.write("elapsed_ms", Self.milliseconds(call.elapsed))
        writer.end()
    }

    private func writeInputs(to writer: inout JSONObjectWriter) {
        guard run.inputs.clock != nil || run.inputs.seed != nil else { return }
        writer.beginObject("inputs")
        if let clock = run.inputs.clock { writer.write("clock_ms", clock) }
        if let seed = run.inputs.seed { writer.write("seed", seed) }
        writer.end()
    }

    private static func milliseconds(_ duration: Duration) -> JSONValue {
        .double(Double(duration.wholeMicroseconds) / 1000)
    }
}
