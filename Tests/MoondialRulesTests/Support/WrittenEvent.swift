// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification

/// An event, read from the JSON of a trace.
struct WrittenEvent: Hashable {
    enum Kind: String {
        case hook, attempt, log, decision
        case refusal = "guard"
    }

    let kind: Kind
    let start: Duration
    let duration: Duration
    let rule: String?
    let hook: Hook?
    let site: HookSite?
    let detail: JSONObject

    init(_ json: JSONValue) {
        func text(_ key: String) -> String? { json[key]?.stringValue }
        func time(_ key: String) -> Duration {
            guard case .double(let milliseconds)? = json[key] else { preconditionFailure("no \(key) in \(json)") }
            return .nanoseconds(Int64((milliseconds * 1_000_000).rounded()))
        }
        guard let kind = text("event").flatMap(Kind.init), let detail = json["detail"]?.objectValue else {
            preconditionFailure("not an event: \(json)")
        }
        self.kind = kind
        start = time("start_ms")
        duration = time("duration_ms")
        rule = text("rule")
        hook = text("hook").flatMap(Hook.init)
        site = text("file").map { HookSite(file: $0, line: Int(json["line"]?.integerValue ?? 0)) }
        self.detail = detail
    }
}

extension Trace {
    /// The events of the run, redacted.
    var written: [WrittenEvent] { stepsJSON.map(WrittenEvent.init) }
}
