// SPDX-License-Identifier: MIT

import Crypto
import JSON
import MoondialRules
import NumberVerification
import TextFormats

/// A line of the decision log: the request, the inputs of the rules, the decision and why.
///
/// Phones are masked and tokens left out; the member `masked` names these members of the request. A line holds
/// everything else that a hook could read: the request, the replies, the time and the seed of random numbers; of the
/// configuration, which is the same for all lines, a hash.
struct DecisionRecord {
    /// What a line holds in addition to the result.
    struct Options: Sendable {
        /// The name of the target to which attempts are sent.
        let target: String
        /// Whether the line holds the whole trace.
        let hasTrace: Bool
        /// A hash of what rules read as `moondial.config`; nil if that is empty.
        let configRevision: String?

        init(target: String, hasTrace: Bool, config: JSONObject) {
            self.target = target
            self.hasTrace = hasTrace
            configRevision = config.isEmpty ? nil : Self.revision(of: config)
        }

        /// In the form of the revision of a rulebook.
        private static func revision(of config: JSONObject) -> String {
            Hexadecimal.lowercase(SHA256.hash(data: Array(JSONValue.object(config).bytes)).prefix(6))
        }
    }

    /// The version of the format.
    private static let version: Int64 = 1

    let run: FinishedRun
    /// The decision of the run.
    let decision: RecordedDecision
    let request: DecisionRequest
    /// When the run ended, in milliseconds since 1970.
    let end: Int64
    let options: Options

    /// The whole line.
    var line: ByteWriter { line(isShort: false) }

    /// The line without the parts that can be large: the trace, the fields of the decision, and the context of the
    /// request.
    var shortLine: ByteWriter { line(isShort: true) }

    private func line(isShort: Bool) -> ByteWriter {
        let exID = redactor.text(run.result.exID)
        var writer = JSONObjectWriter()
        writer.write("version", Self.version)
        writer.write("time", plain: { UTCTime.write(milliseconds: end, to: &$0) })
        writer.write("caller", request.caller.name)
        writer.write("app", request.caller.appKey)
        let redacted = writeRequest(exID, to: &writer, isShort: isShort)
        writer.beginArray("masked")
        if !redactor.showsPhones { writer.writeElement("phone") }
        writer.writeElement("token")
        for name in redacted { writer.writeElement(name) }
        writer.endArray()
        writeDecision(exID, to: &writer)
        writer.beginArray("attempts")
        for attempt in run.result.attempts { write(attempt, exID, to: &writer) }
        writer.endArray()
        writer.write("elapsed_ms", thousandths: run.result.elapsed.wholeMicroseconds)
        writer.write("trace_id", plain: { $0.append(hexadecimal: decision.traceID.rawValue) })
        writer.write("rules_revision", decision.revision)
        if let configRevision = options.configRevision { writer.write("config_revision", configRevision) }
        writer.write("target", options.target)
        if !isShort, !decision.fields.isEmpty { writer.write("fields", .object(redactor.object(decision.fields))) }
        writer.write("why", run.result.why.description(naming: shownRule))
        writeInputs(to: &writer)
        if let traceparent = request.traceparent { writer.write("traceparent", plain: { traceparent.write(to: &$0) }) }
        if isShort {
            writer.write("omitted", json: #"["context","fields","events"]"#)
        } else if options.hasTrace {
            writer.write("events", .array(run.trace.stepsJSON))
        }
        return writer.finished()
    }

    private var redactor: Redactor { run.result.redactor }

    /// The name of a rule, with secrets redacted.
    private func shownRule(_ name: String) -> String {
        name == run.result.decision.rule ? decision.rule : redactor.rule(name)
    }

    /// Writes the request.
    ///
    /// - Returns: The names of members, other than phone and token, that hold a secret which is not shown.
    private func writeRequest(_ exID: String?, to writer: inout JSONObjectWriter, isShort: Bool) -> [String] {
        var redacted: [String] = []
        let context = run.trace.run
        writer.beginObject("request")
        writer.write("phone", redactor.phone(context.request.phone))
        if let exID { writer.write("exID", exID) }
        if exID != run.result.exID { redacted.append("exID") }
        if let channel = context.channel { writer.write("channel", channel.rawValue) }
        for option in context.options.members {
            if isShort, option.key == "context" { continue }
            let value = redactor.json(option.value)
            if value != option.value { redacted.append(option.key) }
            writer.write(member: option.key, value)
        }
        writer.end()
        return redacted
    }

    private func writeDecision(_ exID: String?, to writer: inout JSONObjectWriter) {
        writer.write("decision", decision.outcome.rawValue)
        writer.write("reason", decision.reason)
        writer.write("rule", decision.rule)
        writer.write("verdict", decision.verdict.rawValue)
        writer.write("code", decision.code)
        writer.write("content", decision.content)
        writer.write("id", decision.id)
        writer.write("exID", exID)
        writer.write("endpoint", decision.endpoint?.rawValue)
    }

    private func write(_ attempt: RunAttempt, _ exID: String?, to writer: inout JSONObjectWriter) {
        let call = attempt.attempt
        writer.beginElement()
        if attempt.isRaw { writer.write("raw", true) }
        writer.write("endpoint", call.endpoint.rawValue)
        writer.write("start_ms", thousandths: attempt.start.wholeMicroseconds)
        writer.write("verdict", call.verdict.rawValue)
        writer.write("code", call.code)
        // The content of the last attempt is that of the decision, which is redacted already.
        let isLast = call === run.result.lastAttempt
        writer.write("content", isLast ? decision.content : redactor.providerText(call.content))
        writer.write("id", call.id)
        writer.write("exID", call.exID == run.result.exID ? exID : redactor.text(call.exID))
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
        case .maybe: writer.write("billed", "maybe" as String?)
        }
        writer.write("elapsed_ms", thousandths: call.elapsed.wholeMicroseconds)
        writer.end()
    }

    private func writeInputs(to writer: inout JSONObjectWriter) {
        guard run.inputs.clock != nil || run.inputs.seed != nil else { return }
        writer.beginObject("inputs")
        if let clock = run.inputs.clock { writer.write("clock_ms", clock) }
        if let seed = run.inputs.seed { writer.write("seed", seed) }
        writer.end()
    }
}
