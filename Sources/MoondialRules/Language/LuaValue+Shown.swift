// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

extension LuaValue {
    /// The value for a message: printable and short. A value that is long enough to be a phone is not repeated.
    var shown: String {
        switch self {
        case .nil: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): (-999_999_999...999_999_999).contains(value) ? String(value) : "a large number"
        case .number(let value): value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : "a fraction"
        case .string(let string): string.bytes.count <= 10 ? "\"\(string)\"" : "a string"
        case .object(LuaClass.decision.rawValue, payload: .table(let payload)):
            payload["decision"]?.text ?? "a decision"
        default: "a \(typeName)"
        }
    }

    /// The value of a table's key for a message: the beginning of a name, since it comes from the rule's text.
    var shownKey: String {
        guard case .string(let name) = self else { return shown }
        return "'\(String(shortening: name.bytes))'"
    }
}
