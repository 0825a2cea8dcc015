// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// Why a Lua value has no JSON form.
struct LuaConversionProblem: Error {
    let message: String
}

extension JSON {
    /// Converts a value as `moondial.json.encode` does: a table with the keys 1 … n, or one marked as an array, is an
    /// array; a table with string keys, or an empty one, is an object.
    init(_ value: LuaValue) throws(LuaConversionProblem) {
        switch value {
        case .nil, .null: self = .null
        case .boolean(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value):
            guard value.isFinite else { throw LuaConversionProblem(message: "a number is not finite (\(value))") }
            self = .double(value)
        case .string(let string): self = .string(try Self.text(string))
        case .table(let table): self = try Self.convert(table)
        case .function, .object, .opaque:
            throw LuaConversionProblem(message: "a \(value.typeName) has no JSON form")
        }
    }

    private static func text(_ string: LuaString) throws(LuaConversionProblem) -> String {
        guard let text = string.text else {
            throw LuaConversionProblem(message: "a string is not UTF-8")
        }
        return text
    }

    private static func convert(_ table: LuaTable) throws(LuaConversionProblem) -> JSON {
        guard table.array.isEmpty || table.pairs.isEmpty else {
            throw LuaConversionProblem(message: "a table has list items and named fields")
        }
        if table.isArray && table.pairs.isEmpty || !table.array.isEmpty {
            var elements: [JSON] = []
            for element in table.array { elements.append(try JSON(element)) }
            return .array(elements)
        }
        var members: [JSON.Object.Member] = []
        for pair in table.pairs {
            guard case .string(let key) = pair.key else {
                throw LuaConversionProblem(message: "a table has the key \(pair.key.shown), which is no string")
            }
            members.append(JSON.Object.Member(key: try text(key), value: try JSON(pair.value)))
        }
        members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .object(JSON.Object(uniqueMembers: members))
    }
}

extension LuaWriter {
    /// JSON's null becomes `moondial.json.null`; arrays are marked, so that an empty one stays an array.
    func write(_ json: JSON) {
        switch json {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            writeArray(count: elements.count, isMarked: true) { for element in elements { $0.write(element) } }
        case .object(let object):
            writeTable(expecting: object.count) { $0.writeFields(object) }
        }
    }

    /// The members of an object as fields of the table that is being written.
    func writeFields(_ object: JSON.Object) {
        for member in object.members {
            write(member.key)
            write(member.value)
        }
    }
}

extension LuaValue {
    /// The value for a message: short and printable.
    var shown: String {
        switch self {
        case .nil: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let string): String(string.description.prefix(100))
        default: "a \(typeName)"
        }
    }
}
