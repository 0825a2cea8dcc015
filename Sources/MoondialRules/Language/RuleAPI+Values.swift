// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import TextFormats

extension RuleAPI {
    /// The host functions behind `allow`, `deny`, `review` and the records that hooks get.
    var valueFunctions: [HostFunction] {
        Decision.Outcome.allCases.map { Self.constructor(of: $0, limit: settings.run.limits.resultBytes) } + [
            HostFunction("host.copy") { call in
                call.results.write(call.arguments.nextOrNil())
                return .returned
            },
            HostFunction("host.unknown_field") { call in
                let (record, field) = (call.arguments.nextOrNil().text ?? "", call.arguments.nextOrNil())
                let names = (call.arguments.nextOrNil().text ?? "").split(separator: " ").map(String.init)
                let meant = field.text.flatMap { Suggestion.nearest(to: $0, in: names) }
                return .raised(
                    "\(record) has no field \(field.shownKey)\(meant.map { "; did you mean '\(record).\($0)'?" } ?? "")"
                )
            },
        ]
    }

    /// `deny "reason"`: checks and copies its arguments, so that later changes have no effect. A decision that is made
    /// while the rules load is limited to the size that a hook may return.
    private static func constructor(of outcome: Decision.Outcome, limit: Int) -> HostFunction {
        HostFunction("host.\(outcome.rawValue)", as: outcome.rawValue) { call, arguments throws(CallRefusal) in
            let reason = try arguments.optionalText()
            let isInHook = Self.isInHook(call)
            if !isInHook, let count = reason?.utf8.count, count > limit {
                throw arguments.refusal("the reason has \(count) bytes, at most \(limit) are allowed")
            }
            let fields = arguments.value()
            do throws(ChoiceProblem) {
                let object = fields == .nil ? JSONObject() : try RuleDecision.fields(fields, work: call.work)
                let count = isInHook || object.isEmpty ? 0 : JSONValue.object(object).bytes.count
                if count > limit {
                    throw ChoiceProblem(message: "the fields have \(count) bytes as JSON, at most \(limit) are allowed")
                }
                call.results.writePayload(RuleDecision(outcome, reason: reason, fields: object))
            } catch {
                throw arguments.refusal(error.message)
            }
        }
    }

    /// The host functions behind reading and assigning globals.
    var globalFunctions: [HostFunction] {
        [
            HostFunction("host.is_strict") { [weak self] call in
                let isScript = self?.isLoading == false && !Self.isInHook(call)
                let name = call.arguments.nextOrNil().text ?? ""
                let isOfOthers = NameHint.ofOtherInterpreters.contains(name)
                // A name of a result that was nil or does not exist yet.
                let isResult = self?.evaluator != nil && name.isNameOfResult
                call.results.write(!(isScript && (isOfOthers || isResult)))
                return .returned
            },
            HostFunction("host.undefined_global") { call in
                let name = String(shortening: (call.arguments.nextOrNil().text ?? "?").utf8)
                var known: [String] = []
                if case .table(let names) = call.arguments.nextOrNil() { known = names.array.compactMap(\.text) }
                let clause = NameHint.clause(forGlobal: name, known: known)
                return .raised("undefined global '\(name)'\(clause)", .undefinedGlobal)
            },
            HostFunction("host.check_assignment") { [weak self] call in
                let name = String(shortening: (call.arguments.nextOrNil().text ?? "?").utf8)
                let isPredefined = call.arguments.nextOrNil() == true
                let isDefined = call.arguments.nextOrNil() == true
                let isExplicit = call.arguments.nextOrNil() == true
                let why: String
                if isPredefined {
                    why = "it is predefined"
                } else if Self.isInHook(call) {
                    why = "globals are read-only once the rules have loaded"
                } else if let self, isLoading, !isDefined, !isExplicit || modules.isModule(call.site?.source) {
                    why = "it is not defined, and rules keep their values in locals"
                } else {
                    return .returned
                }
                return .raised("cannot assign the global '\(name)': \(why) (use 'local \(name)')")
            },
        ]
    }
}

extension String {
    /// Whether the prompt keeps a result under this name.
    fileprivate var isNameOfResult: Bool {
        if self == "_" || self == "_error" { return true }
        return utf8.count == 2 && utf8.first == UInt8(ascii: "_")
            && utf8.last.map { (0x31...0x39).contains($0) } == true
    }
}
