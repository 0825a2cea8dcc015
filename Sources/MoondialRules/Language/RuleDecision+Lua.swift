// SPDX-License-Identifier: MIT

import JSON
import MoondialLua

/// Why a Lua value is not a decision.
struct ChoiceProblem: Error {
    let message: String
}

extension RuleDecision {
    /// Reads `allow`, `deny "reason"` or `review("reason", { field = 1 })`. Only the prelude makes such values: a table
    /// with the same fields is not a decision.
    init(_ value: LuaValue) throws(ChoiceProblem) {
        guard case .object(LuaClass.decision.rawValue, payload: .table(let payload)) = value,
            let outcome = payload["decision"]?.text.flatMap(Decision.Outcome.init(rawValue:))
        else {
            let isQuoted = value.text.flatMap(Decision.Outcome.init(rawValue:)) != nil
            throw ChoiceProblem(
                message: "allow, deny or review expected, got \(value.shown)"
                    + (isQuoted ? "; write it without quotes" : ""))
        }
        let fields = try payload["fields"].map { value throws(ChoiceProblem) in
            try Self.fields(value)
        }
        self.init(outcome, reason: payload["reason"]?.text, fields: fields ?? JSONObject())
    }

    /// Reads the second argument of `deny("reason", { … })`.
    static func fields(_ value: LuaValue, work: HostWork = .unlimited) throws(ChoiceProblem) -> JSONObject {
        guard case .table(let table) = value else {
            throw ChoiceProblem(message: "table expected, got \(value.typeName)")
        }
        let object: JSONObject
        do throws(LuaConversionProblem) {
            object = try JSONObject(table, work: work)
        } catch {
            throw ChoiceProblem(message: error.message)
        }
        if let key = Prelude.resultFields.first(where: { object[$0] != nil }) {
            throw ChoiceProblem(message: "the field '\(key)' is in every decision, choose another name")
        }
        return object
    }
}

extension RuleDecision {
    /// Reads a decision without fields, as nearly all are, without copying it. Nil for any other value: then the reader
    /// has not moved.
    init?(plain reader: inout LuaReader) {
        var copy = reader
        guard copy.enterObject(class: LuaClass.decision.rawValue) else { return nil }
        var outcome: Decision.Outcome?
        var reason: String?
        var isPlain = true
        let isTable = copy.forEachField { key, value in
            guard let text = value.nextBytes() else {
                isPlain = false
                return value.skip()
            }
            // The prelude makes these tables. They have no other keys than decision, reason and fields.
            switch key.count {
            case "decision".utf8.count: outcome = Decision.Outcome(rawValue: String(decoding: text, as: UTF8.self))
            case "reason".utf8.count where key.first == UInt8(ascii: "r"):
                reason = String(validating: text, as: UTF8.self)
                isPlain = isPlain && reason != nil
            default: isPlain = false
            }
        }
        guard isTable, isPlain, let outcome else { return nil }
        reader = copy
        self.init(outcome, reason: reason)
    }
}

extension LuaWriter {
    /// The payload of a decision: the table that `RuleDecision.init` reads.
    func writePayload(_ choice: RuleDecision) {
        writeTable(expecting: 3) { table in
            table.field("decision", choice.outcome.rawValue)
            table.field("reason", choice.reason)
            if !choice.fields.isEmpty { table.field("fields") { $0.write(.object(choice.fields) as JSONValue) } }
        }
    }
}
