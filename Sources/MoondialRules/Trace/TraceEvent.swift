// SPDX-License-Identifier: MIT

package import NumberVerification

/// One thing that happened in a run, redacted and ready to be shown or written.
package struct TraceEvent: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A hook was called. Detail: `answer` (`none`, `decision`, `endpoint`, `failed` or `cancelled`) and, as it
        /// applies, `attempt` (the number of the one it was asked about), `decision`, `reason`, `fields`, `endpoint`,
        /// `even_if_delivered`, `error`.
        case hook
        /// A request was sent. Detail: `number` from 1, `raw`, and the attempt's own members.
        case attempt
        /// A request was not sent. Detail: `reason` (see ``Guard``), `endpoint`, `raw`, `message`.
        case refusal = "guard"
        /// A hook said something. Detail: `message` and, if any, `fields`.
        case log
        /// A decision was made. The last one stands. Detail: `decision`, `reason`, `rule`, `why` and, if any, `fields`.
        case decision
    }

    package let kind: Kind
    /// Since the start of the run.
    package let start: Duration
    /// Zero for what takes no time.
    package let duration: Duration
    /// The rule it happened in, or that chose. Nil when the machine itself was at work.
    package let rule: String?
    package let hook: Hook?
    /// Where the hook stands.
    package let site: HookSite?
    package let detail: JSON.Object

    /// The event as one object: `event`, `start_ms`, `duration_ms`, `rule`, `hook`, `file`, `line`, `detail`; members
    /// that do not apply are left out.
    package var json: JSON {
        var object: JSON.Object = [
            "event": .string(kind.rawValue), "start_ms": start.jsonMilliseconds,
            "duration_ms": duration.jsonMilliseconds,
        ]
        if let rule { object["rule"] = .string(rule) }
        if let hook { object["hook"] = .string(hook.rawValue) }
        if let site {
            object["file"] = .string(site.file)
            object["line"] = .integer(Int64(site.line))
        }
        object["detail"] = .object(detail)
        return .object(object)
    }
}
