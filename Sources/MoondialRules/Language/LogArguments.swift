// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// What `moondial.log` was given, as message and fields. Anything can be logged: what has no text or JSON form is named, and
/// what is too large is cut, with a mark.
struct LogArguments {
    /// The arguments but for the fields, with spaces between.
    let message: String
    /// The last argument, when it is a table and not the only one.
    let fields: JSON.Object

    /// What stands in the place of something that is not shown.
    private static let mark = "…"
    /// Keys and values of one line.
    private static let mostValues = 1000

    init(_ values: [LuaView]) {
        var room = Self.mostValues
        var texts = values
        if values.count > 1, case .table(let table)? = values.last {
            fields = Self.object(table, &room)
            texts.removeLast()
        } else {
            fields = JSON.Object()
        }
        message = texts.isEmpty ? "nil" : texts.map { Self.text($0, &room) }.joined(separator: " ")
    }

    private static func text(_ value: LuaView, _ room: inout Int) -> String {
        switch value {
        case .nil: return "nil"
        case .string, .number: return text(of: value)
        default:
            let json = json(value, &room)
            if case .string(let text) = json { return text }
            return json.description
        }
    }

    /// Of a string or a float.
    private static func text(of value: LuaView) -> String {
        switch value {
        case .string(let string, let bytes):
            string.description + (string.bytes.count < bytes ? mark : "")
        case .number(let number) where number.isNaN: "nan"
        case .number(let number) where number.isInfinite: number < 0 ? "-inf" : "inf"
        case .number(let number): JSON(number: number).description
        default: mark
        }
    }

    private static func json(_ value: LuaView, _ room: inout Int) -> JSON {
        room -= 1
        if room < 0 { return .string(mark) }
        switch value {
        case .nil, .null: return .null
        case .boolean(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let number): return number.isFinite ? JSON(number: number) : .string(text(of: value))
        case .string: return .string(text(of: value))
        case .table(let table): return container(table, &room)
        case .object(_, let payload): return json(payload, &room)
        case .function(let name, let line): return .string(function(name, line))
        case .opaque(let type): return .string("<\(type)>")
        case .cycle: return .string("<cycle>")
        case .cut: return .string(mark)
        }
    }

    private static func function(_ name: String?, _ line: Int?) -> String {
        guard let name else { return "<function>" }
        return "<function \(name)\(line.map { ":\($0)" } ?? "")>"
    }

    private static func container(_ table: LuaTableView, _ room: inout Int) -> JSON {
        let isList = table.entries.isEmpty && (table.isArray || !table.array.isEmpty)
        guard isList else { return .object(object(table, &room)) }
        var elements: [JSON] = []
        for element in table.array where room > 0 { elements.append(json(element, &room)) }
        if elements.count < table.array.count || table.omitted > 0 { elements.append(.string(mark)) }
        return .array(elements)
    }

    /// Lists have their positions as names. In the order of the names.
    private static func object(_ table: LuaTableView, _ room: inout Int) -> JSON.Object {
        var members = JSON.Object()
        for (index, element) in table.array.enumerated() where room > 0 {
            members[String(index + 1)] = json(element, &room)
        }
        for entry in table.entries where room > 0 { members[name(entry.key)] = json(entry.value, &room) }
        if members.count < table.array.count + table.entries.count || table.omitted > 0 {
            members[mark] = .string("more")
        }
        return JSON.Object(uniqueMembers: members.members.sorted { $0.key.precedesInBytes($1.key) })
    }

    private static func name(_ key: LuaView) -> String {
        switch key {
        case .string, .number: text(of: key)
        case .integer(let value): String(value)
        case .boolean(let value): String(value)
        default: "<\(key.typeName)>"
        }
    }
}
