// SPDX-License-Identifier: MIT

import TextFormats

/// The message that an error value stands for.
enum ErrorValueText {
    /// How many bytes of a string inside of an error value are shown.
    private static let shownBytesOfString = 200
    /// How many bytes of a message are shown.
    private static let shownBytes = 8192

    /// A string or number is the message itself. The message of a table is its field `message`, followed by its other
    /// fields. `typeName` is the name that the metatable gives the type, or empty.
    static func message(of value: LuaView, typeName: String) -> String {
        switch value {
        case .string(let string, _): return string.description
        case .integer(let value): return String(value)
        case .number(let value): return String(value)
        case .table(let table):
            guard let text = text(of: table, depth: 0) else { break }
            return cut(text, to: shownBytes)
        default: break
        }
        return "error object is a \(typeName.isEmpty ? value.typeName : typeName) value"
            + (value.fields.map { ": \($0)" } ?? "")
    }

    /// "quota used up (code = 7)"; nil without a field `message`.
    private static func text(of table: LuaTableView, depth: Int) -> String? {
        let message: String
        switch table["message"] {
        case .string(let string, _)?: message = string.description
        case .integer(let value)?: message = String(value)
        case .number(let value)?: message = String(value)
        case .table(let inner)? where depth < 4:
            guard let text = text(of: inner, depth: depth + 1) else { return nil }
            message = text
        default: return nil
        }
        let rest = depth > 0 ? "" : fields(of: table, except: "message")
        return rest.isEmpty ? message : "\(message) (\(rest))"
    }

    /// "code = 7, where = \"here\"", in the order of the names.
    fileprivate static func fields(of table: LuaTableView, except name: String? = nil) -> String {
        let list = table.array.map(shown)
        let named = table.entries.compactMap { entry -> (key: String, text: String)? in
            guard let key = entry.key.text, key != name else { return nil }
            return (key, "\(String(shortening: key.utf8, to: shownBytesOfString)) = \(shown(entry.value))")
        }
        return (list + named.sorted { $0.key < $1.key }.map(\.text)).joined(separator: ", ")
    }

    private static func shown(_ value: LuaView) -> String {
        switch value {
        case .nil: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let string, _): "\"\(String(shortening: string.bytes, to: shownBytesOfString))\""
        case .null: "null"
        case .table(let table): text(of: table, depth: 3) ?? "a table"
        default: "a \(value.typeName)"
        }
    }

    private static func cut(_ text: String, to bytes: Int) -> String {
        text.utf8.count <= bytes ? text : String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
    }
}

extension LuaView {
    /// The fields of a table; nil for an empty one and for other values.
    fileprivate var fields: String? {
        guard case .table(let table) = self else { return nil }
        let fields = ErrorValueText.fields(of: table)
        return fields.isEmpty ? nil : fields
    }

    /// The name of the value's Lua type, as `type` gives it.
    package var typeName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .table, .cycle, .cut: "table"
        case .function: "function"
        case .null, .object: "userdata"
        case .opaque(let name): name
        }
    }
}
