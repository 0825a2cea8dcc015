// SPDX-License-Identifier: MIT

package import JSON
package import MoondialLua
import TextFormats

/// Why a Lua value has no JSON form.
package struct LuaConversionProblem: Error {
    package let message: String
}

extension JSONValue {
    /// Converts a value as `moondial.json.encode` does: a table with the keys 1 … n, or one marked as an array, is an
    /// array; a table with string keys, or an empty one, is an object. Fails when the run that the work is for has to
    /// stop.
    package init(_ value: LuaValue, work: HostWork = .unlimited) throws(LuaConversionProblem) {
        guard !work.isStopping else { throw LuaConversionProblem(message: "stopped") }
        switch value {
        case .nil, .null: self = .null
        case .boolean(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value):
            guard value.isFinite else {
                throw LuaConversionProblem(message: "the number \(LuaValue.number(value).shown) has no JSON form")
            }
            self = JSONValue(number: value)
        case .string(let string): self = .string(try string.jsonText)
        case .table(let table) where table.array.isEmpty && !table.isArray:
            self = .object(try JSONObject(table, work: work))
        case .table(let table): self = .array(try JSONValue.elements(table, work: work))
        case .function, .object, .opaque:
            throw LuaConversionProblem(message: "a \(value.typeName) has no JSON form")
        }
    }

    /// Converts a finite number. A number without a fraction becomes an integer: in Lua 24 / 2 is 12.0, which many
    /// readers of JSON do not accept as an integer. Beyond 2^53, where doubles skip integers, the number stays a
    /// double.
    init(number: Double) {
        let isWhole = number.rounded(.towardZero) == number && number.magnitude <= 0x1p53
        self = isWhole ? .integer(Int64(number)) : .double(number)
    }

    private static func elements(_ table: LuaTable, work: HostWork) throws(LuaConversionProblem) -> [JSONValue] {
        if let pair = table.pairs.first {
            throw LuaConversionProblem(message: "a list has the key \(pair.key.shownKey) besides")
        }
        var elements: [JSONValue] = []
        elements.reserveCapacity(table.array.count)
        for element in table.array { elements.append(try JSONValue(element, work: work)) }
        return elements
    }
}

extension JSONObject {
    /// Converts a table with named fields, or an empty one; in the order of the names, since Lua tables have no order.
    init(_ table: LuaTable, work: HostWork = .unlimited) throws(LuaConversionProblem) {
        guard table.array.isEmpty else {
            throw LuaConversionProblem(message: "named fields expected, got a list")
        }
        var members: [Member] = []
        members.reserveCapacity(table.pairs.count)
        for pair in table.pairs {
            guard case .string(let key) = pair.key else {
                throw LuaConversionProblem(message: "a table has the key \(pair.key.shownKey), which is no string")
            }
            members.append(Member(key: try key.jsonText, value: try JSONValue(pair.value, work: work)))
        }
        members.sort { $0.key.precedesInBytes($1.key) }
        self.init(uniqueMembers: members)
    }
}

extension LuaString {
    fileprivate var jsonText: String {
        get throws(LuaConversionProblem) {
            guard let text else { throw LuaConversionProblem(message: "a string is not UTF-8") }
            return text
        }
    }
}

extension LuaWriter {
    /// JSON's null becomes `moondial.json.null`; arrays are marked, so that an empty one stays an array.
    func write(_ json: JSONValue) {
        switch json {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            writeArray(count: elements.count, isMarked: true) { for element in elements { $0.write(element) } }
        case .object(let object):
            writeTable(expecting: object.count) { table in
                for member in object.members {
                    table.write(member.key)
                    table.write(member.value)
                }
            }
        }
    }

    /// The same with read-only tables.
    func writeReadOnly(_ json: JSONValue) {
        switch json {
        case .array(let elements):
            writeRecord(class: LuaClass.data.rawValue) { record in
                record.writeArray(count: elements.count, isMarked: true) {
                    for element in elements { $0.writeReadOnly(element) }
                }
            }
        case .object(let object):
            writeRecord(class: LuaClass.data.rawValue, expecting: object.count) { table in
                for member in object.members {
                    table.write(member.key)
                    table.writeReadOnly(member.value)
                }
            }
        default: write(json)
        }
    }
}
