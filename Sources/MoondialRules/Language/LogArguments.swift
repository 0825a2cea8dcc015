// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import TextFormats

/// The arguments of `moondial.log`, as message and fields. Any value can be logged: one without a text or JSON form is
/// named by its type, and one that is too large is cut and marked.
struct LogArguments {
    /// The arguments but for the fields, with spaces between.
    let message: String
    /// The last argument, when it is a table and not the only one.
    let fields: JSONObject

    /// Stands for values and texts that are left out.
    private static let mark = "…"
    /// How much still fits into the line.
    private struct Room {
        /// Keys and values.
        var values = 1000
        /// Bytes of strings before they are escaped.
        var bytes = 64 << 10

        var isEmpty: Bool { values <= 0 || bytes <= 0 }
    }

    /// Reads the arguments that are left, as far as there is room for them.
    init(from reader: inout LuaReader) {
        var room = Room()
        var texts: [LuaView] = []
        while texts.count <= room.values, let value = reader.nextView() { texts.append(value) }
        self.init(&texts, &room)
    }

    private init(_ values: inout [LuaView], _ room: inout Room) {
        if values.count > 1, case .table(let table)? = values.last {
            fields = Self.object(table, &room)
            values.removeLast()
        } else {
            fields = JSONObject()
        }
        var texts: [String] = []
        for value in values where !room.isEmpty { texts.append(Self.text(value, &room)) }
        if texts.count < values.count { texts.append(Self.mark) }
        message = texts.isEmpty ? "nil" : texts.joined(separator: " ")
    }

    private static func text(_ value: LuaView, _ room: inout Room) -> String {
        switch value {
        case .nil: return "nil"
        case .string, .number:
            room.values -= 1
            return text(of: value, &room)
        default:
            let json = json(value, &room)
            if case .string(let text) = json { return text }
            return json.description
        }
    }

    /// Of a string or a float.
    private static func text(of value: LuaView, _ room: inout Room) -> String {
        switch value {
        case .string(let string, let bytes):
            let shown = string.bytes.prefix(max(room.bytes, 0))
            room.bytes -= shown.count
            return String(escaping: shown) + (shown.count < bytes ? mark : "")
        case .number(let number) where number.isNaN: return "nan"
        case .number(let number) where number.isInfinite: return number < 0 ? "-inf" : "inf"
        case .number(let number): return JSONValue(number: number).description
        default: return mark
        }
    }

    private static func json(_ value: LuaView, _ room: inout Room) -> JSONValue {
        room.values -= 1
        if room.values < 0 { return .string(mark) }
        switch value {
        case .nil, .null: return .null
        case .boolean(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let number): return number.isFinite ? JSONValue(number: number) : .string(text(of: value, &room))
        case .string: return .string(text(of: value, &room))
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

    private static func container(_ table: LuaTableView, _ room: inout Room) -> JSONValue {
        let isList = table.entries.isEmpty && (table.isArray || !table.array.isEmpty)
        guard isList else { return .object(object(table, &room)) }
        var elements: [JSONValue] = []
        for element in table.array where !room.isEmpty { elements.append(json(element, &room)) }
        if elements.count < table.array.count || table.omitted > 0 { elements.append(.string(mark)) }
        return .array(elements)
    }

    /// Elements of a list are named by their positions. Members are in the order of their names.
    private static func object(_ table: LuaTableView, _ room: inout Room) -> JSONObject {
        var members = JSONObject()
        for (index, element) in table.array.enumerated() where !room.isEmpty {
            members[String(index + 1)] = json(element, &room)
        }
        for entry in table.entries where !room.isEmpty { members[name(entry.key, &room)] = json(entry.value, &room) }
        if members.count < table.array.count + table.entries.count || table.omitted > 0 {
            members[mark] = .string("more")
        }
        return JSONObject(uniqueMembers: members.members.sorted { $0.key.precedesInBytes($1.key) })
    }

    private static func name(_ key: LuaView, _ room: inout Room) -> String {
        switch key {
        case .string, .number: text(of: key, &room)
        case .integer(let value): String(value)
        case .boolean(let value): String(value)
        default: "<\(key.typeName)>"
        }
    }
}
