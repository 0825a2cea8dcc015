// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// Numbers of the metatables that the prelude registers.
enum LuaClass: UInt32 {
    case decision = 1
    case request
    case attempt
}

/// Why a Lua value is not a decision.
struct ChoiceProblem: Error {
    let message: String
}

extension Choice {
    /// Reads `allow`, `deny "reason"` or `review("reason", { field = 1 })`. Only the prelude makes such values: a table
    /// that looks like one is none.
    init(_ value: LuaValue) throws(ChoiceProblem) {
        guard case .object(LuaClass.decision.rawValue, payload: .table(let payload)) = value,
            let outcome = payload["decision"]?.text.flatMap(Decision.Outcome.init(rawValue:))
        else {
            throw ChoiceProblem(message: "allow, deny or review expected, got \(value.typeName)")
        }
        var fields = JSON.Object()
        if let added = payload["fields"] {
            do throws(LuaConversionProblem) {
                let json = try JSON(added)
                // An empty table is a list as well as an object.
                fields = json.objectValue ?? JSON.Object()
            } catch {
                throw ChoiceProblem(message: "the fields of \(outcome.rawValue) cannot be kept: \(error.message)")
            }
        }
        self.init(outcome, reason: payload["reason"].map { $0.text ?? $0.shown }, fields: fields)
    }
}
