// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

extension ResultMap {
    /// Reads `{ match = allow, [9002] = review "later", default = deny }`.
    init(_ table: LuaTable, rule: String) throws(RuleDefinition.Problem) {
        self.init()
        guard table.array.isEmpty else {
            throw RuleDefinition.Problem(
                message:
                    "map_result of rule '\(rule)' holds a value without a key; write match = allow or [9002] = review",
                subject: "map_result")
        }
        guard !table.pairs.isEmpty else {
            throw RuleDefinition.Problem(message: "map_result of rule '\(rule)' is empty", subject: "map_result")
        }
        for entry in table.pairs.sorted(by: { $0.key.shownKey < $1.key.shownKey }) {
            let key = try Key(entry.key, rule: rule)
            do throws(ChoiceProblem) {
                self[key] = try RuleDecision(entry.value)
            } catch {
                throw RuleDefinition.Problem(
                    message: "map_result entry '\(key)' of rule '\(rule)': \(error.message)", subject: "\(key)")
            }
        }
    }
}

extension ResultMap.Key {
    fileprivate init(_ value: LuaValue, rule: String) throws(RuleDefinition.Problem) {
        let name = value.text ?? ""
        if case .integer(let code) = value, code >= 1000 {
            self = .code(code)
        } else if let verdict = Verdict(rawValue: name) {
            self = .verdict(verdict)
        } else if name == Self.otherwise.description {
            self = .otherwise
        } else if let code = Int64(name) {
            throw RuleDefinition.Problem(
                message: "map_result of rule '\(rule)': codes are numbers; write [\(code)] instead of ['\(code)']",
                subject: name)
        } else if case .string = value {
            throw RuleDefinition.Problem(
                message: "map_result of rule '\(rule)' has no entry \(value.shownKey)"
                    + Suggestion.clause(for: name, in: ResultMap.names),
                subject: name, fix: "use a code, \(ResultMap.names.joined(separator: ", "))")
        } else {
            throw RuleDefinition.Problem(
                message: "map_result of rule '\(rule)': \(value.shown) is not a provider code, a verdict or default",
                subject: "map_result")
        }
    }
}
