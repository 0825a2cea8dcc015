// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import MoondialStore
import NumberVerification

extension Waterfall {
    /// The texts of the row for a step of a run, redacted.
    struct Entry {
        let label: String
        let body: String
        let tint: Style.Colour?

        init(_ step: TraceStep, of trace: Trace, _ marks: Marks) {
            let writer = EntryWriter(trace: trace, redactor: trace.redactor, marks: marks)
            switch step.kind {
            case .hook(_, let answer):
                label = step.place?.hook.rawValue ?? "hook"
                body = writer.hook(answer, at: step.place)
                if case .failed? = answer { tint = .red } else { tint = .cyan }
            case .attempt(let number, let endpoint, let isRaw, let attempt):
                label = (isRaw ? "  raw " : "attempt ") + String(number)
                body = attempt.map(writer.attempt) ?? endpoint.rawValue
                tint = Entry.tint(of: attempt?.verdict ?? .unknown)
            case .refusal(let reason, let endpoint, let isRaw):
                label = "guard"
                body = reason.message(endpoint: endpoint, isRaw: isRaw)
                tint = .yellow
            case .store(let function, let name, let result):
                label = "  store"
                body = writer.store(function, name, result)
                if case .failure? = result { tint = .red } else { tint = nil }
            case .log(let message, let fields):
                label = "  log"
                body = writer.log(message, fields)
                tint = nil
            case .decision(let decision, let why):
                label = "decision"
                body = writer.decision(decision, why, at: step.place)
                tint = decision.outcome.colour
            }
        }

        private static func tint(of verdict: Verdict) -> Style.Colour {
            switch verdict {
            case .match: .green
            case .mismatch: .red
            case .unknown: .yellow
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

/// Makes the texts of rows.
private struct EntryWriter {
    let trace: Trace
    let redactor: Redactor
    let marks: Waterfall.Marks

    func store(_ function: String, _ name: String, _ result: Result<StoreReply, StoreError>?) -> String {
        ([function, redactor.text(name)] + (result.map { [marks.arrow, text($0)] } ?? [])).joined(separator: " ")
    }

    private func text(_ result: Result<StoreReply, StoreError>) -> String {
        switch result {
        case .failure(let error): error.kind.rawValue
        case .success(.count(let count)):
            "\(count.allowed ? "allowed" : "over the limit"), \(count.used) of \(count.limit)"
        case .success(.value(nil)): "nothing"
        case .success(.value(let bytes?)): "\(bytes.count) bytes"
        case .success(.flag(let flag)): "\(flag)"
        case .success(.integer(let number)): "\(number)"
        case .success(.done), .success(.entries), .success(.lists), .success(.load): "done"
        }
    }

    func hook(_ answer: HookAnswer?, at place: HookPlace?) -> String {
        var parts = [place.map { redactor.rule(trace.rule(at: $0).name) } ?? ""]
        var site = place.flatMap { trace.rule(at: $0).hooks[$0.hook] }
        switch answer {
        case .none?: break
        case nil: parts += [marks.arrow, "cancelled"]
        case .decision(let choice)?: parts += [marks.arrow, text(choice)]
        case .route(let endpoint)?: parts += [marks.arrow, endpoint.rawValue]
        case .fallback(let endpoint, let evenIfDelivered)?:
            parts += [marks.arrow, endpoint.rawValue]
            if evenIfDelivered { parts.append("even if delivered") }
        case .failed(let failure)?:
            parts += [marks.arrow, "failed (\(failure.kind.rawValue)):", redactor.text(failure.message)]
            // The place of the failure if known, else the place of the hook.
            site = failure.site ?? site
        }
        return (parts + text(site)).joined(separator: " ")
    }

    /// The endpoint, the reply, and delivered and billed where they differ from those of a usual reply that costs nothing.
    func attempt(_ attempt: Attempt) -> String {
        var parts = [attempt.endpoint.rawValue]
        if let status = attempt.httpStatus { parts.append("HTTP \(status)") }
        if let code = attempt.code {
            let meaning =
                ResponseCode(code).entry?.meaning ?? redactor.providerText(attempt.content)
                ?? "a code in no table we know"
            parts.append("\(code) \(meaning.last == "." ? String(meaning.dropLast()) : meaning)")
        }
        if let error = attempt.error { parts.append("\(error.kind.rawValue): \(redactor.text(error.message))") }
        switch attempt.delivered {
        case .no: parts.append("not delivered")
        case .maybe: parts.append("delivered maybe")
        case .yes: break
        }
        switch attempt.billed {
        case .no: break
        case .yes: parts.append("billed")
        case .maybe: parts.append("billed maybe")
        }
        return parts.joined(separator: marks.separator)
    }

    func log(_ message: String, _ fields: JSONObject) -> String {
        let message = redactor.text(message)
        return fields.isEmpty ? message : "\(message) \(JSONValue.object(redactor.object(fields)))"
    }

    func decision(_ decision: Decision, _ why: DecisionReason, at place: HookPlace?) -> String {
        let site = place.flatMap { trace.rule(at: $0).hooks[$0.hook] }
        let parts = [text(decision.choice), marks.dash, why.description(naming: redactor.rule)]
        return (parts + text(site)).joined(separator: " ")
    }

    private func text(_ choice: RuleDecision) -> String {
        let fields = choice.fields.isEmpty ? nil : JSONValue.object(redactor.object(choice.fields)).description
        return [choice.outcome.rawValue, redactor.text(choice.reason), fields]
            .compactMap(\.self).joined(separator: " ")
    }

    private func text(_ site: HookSite?) -> [String] {
        site.map { ["(\(redactor.place($0)))"] } ?? []
    }
}
