// SPDX-License-Identifier: MIT

import NumberVerification

extension Waterfall {
    /// What a row says about an event.
    struct Entry {
        let label: String
        let body: String
        let tint: TextStyle.Colour?

        init(_ event: TraceEvent, _ marks: Marks) {
            let detail = event.detail
            switch event.kind {
            case .hook:
                let failed = detail.text("answer") == "failed"
                label = event.hook?.rawValue ?? event.kind.rawValue
                body = Entry.hook(event, marks)
                tint = failed ? .red : .cyan
            case .attempt:
                let raw = detail["raw"] == true
                label = (raw ? "  raw " : "attempt ") + (detail["number"]?.description ?? "")
                body = Entry.attempt(detail, marks)
                tint = Entry.tint(ofVerdict: detail.text("verdict"))
            case .refusal:
                label = event.kind.rawValue
                body = detail.text("message") ?? ""
                tint = .yellow
            case .log:
                label = "  log"
                body = [detail.text("message"), detail["fields"]?.description].compactMap(\.self).joined(separator: " ")
                tint = nil
            case .decision:
                label = event.kind.rawValue
                body = Entry.decision(event, marks)
                tint = Entry.tint(ofDecision: detail.text("decision"))
            }
        }
    }

    /// The punctuation between the parts of a row.
    struct Marks {
        let separator: String
        let arrow: String
        let dash: String
    }
}

extension Waterfall.Entry {
    private static func hook(_ event: TraceEvent, _ marks: Waterfall.Marks) -> String {
        var parts = [event.rule ?? ""]
        let detail = event.detail
        switch detail.text("answer") {
        case "none": break
        case "decision": parts += [marks.arrow, decision(detail)]
        case "endpoint":
            parts += [marks.arrow, detail.text("endpoint") ?? ""]
            if detail["even_if_delivered"] == true { parts.append("even if delivered") }
        case "failed":
            let error = detail["error"]?.objectValue ?? JSON.Object()
            parts += [marks.arrow, "failed (\(error.text("kind") ?? "")):", error.text("message") ?? ""]
        case let other: parts += [marks.arrow, other ?? ""]
        }
        parts += place(event)
        return parts.joined(separator: " ")
    }

    /// Where the hook failed if it did and that is known, else where it stands.
    private static func place(_ event: TraceEvent) -> [String] {
        if let error = event.detail["error"]?.objectValue, let file = error.text("file"),
            let line = error["line"]?.integerValue
        {
            return ["(\(file):\(line))"]
        }
        return event.site.map { ["(\($0.file):\($0.line))"] } ?? []
    }

    /// The endpoint, what came back, and delivered and billed where they are not what one expects of a reply that
    /// costs nothing.
    private static func attempt(_ detail: JSON.Object, _ marks: Waterfall.Marks) -> String {
        var parts = [detail.text("endpoint") ?? ""]
        if let status = detail["http_status"]?.integerValue { parts.append("HTTP \(status)") }
        if let code = detail["code"]?.integerValue {
            let meaning = ResponseCode(code).entry?.meaning ?? detail.text("content") ?? "a code in no table we know"
            parts.append("\(code) \(meaning.last == "." ? String(meaning.dropLast()) : meaning)")
        }
        if let error = detail["error"]?.objectValue {
            parts.append("\(error.text("kind") ?? ""): \(error.text("message") ?? "")")
        }
        switch detail.text("delivered") {
        case "no": parts.append("not delivered")
        case "maybe": parts.append("delivered maybe")
        default: break
        }
        switch detail["billed"] {
        case .bool(true): parts.append("billed")
        case .string(let maybe): parts.append("billed \(maybe)")
        default: break
        }
        return parts.joined(separator: marks.separator)
    }

    private static func decision(_ event: TraceEvent, _ marks: Waterfall.Marks) -> String {
        let parts = [decision(event.detail), marks.dash, event.detail.text("why") ?? ""] + place(event)
        return parts.joined(separator: " ")
    }

    private static func decision(_ detail: JSON.Object) -> String {
        [detail.text("decision"), detail.text("reason"), detail["fields"]?.description]
            .compactMap(\.self).joined(separator: " ")
    }

    private static func tint(ofVerdict verdict: String?) -> TextStyle.Colour {
        switch verdict {
        case Verdict.match.rawValue: .green
        case Verdict.mismatch.rawValue: .red
        default: .yellow
        }
    }

    private static func tint(ofDecision outcome: String?) -> TextStyle.Colour {
        switch outcome {
        case Decision.Outcome.allow.rawValue: .green
        case Decision.Outcome.deny.rawValue: .red
        default: .yellow
        }
    }
}

extension JSON.Object {
    fileprivate func text(_ key: String) -> String? { self[key]?.stringValue }
}
