// SPDX-License-Identifier: MIT

/// A value copied out of Lua, or to be copied in.
package enum LuaValue: Equatable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(LuaString)
    case table(LuaTable)
    /// JSON's null, in Lua `moondial.json.null`.
    case null
    /// A function that a host function took as an argument.
    case function(LuaFunction)
    /// A value the prelude made with a class number; only the prelude can make one.
    indirect case object(class: UInt32, payload: LuaValue)
    /// A value that cannot be passed to the host: the name of its type ("function", "thread", "userdata").
    case opaque(String)

    /// The name of the value's Lua type, as `type` gives it.
    package var typeName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        case .null, .object: "userdata"
        case .opaque(let name): name
        }
    }

    /// The text of a string value; nil for other types and for bytes that are not UTF-8.
    package var text: String? {
        if case .string(let string) = self { string.text } else { nil }
    }
}

extension LuaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(LuaString(value.utf8)) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A table copied out of Lua by raw access: metatables are ignored, entries are in no particular order.
package struct LuaTable: Equatable {
    /// Values at 1 … n, where n is the table's border; holes are `nil`.
    package var array: [LuaValue] = []
    /// The other entries.
    package var pairs: [Pair] = []
    /// The table is marked as an array, so that an empty one is `[]` in JSON.
    package var isArray = false

    package struct Pair: Equatable {
        package var key: LuaValue
        package var value: LuaValue

        package init(key: LuaValue, value: LuaValue) {
            self.key = key
            self.value = value
        }
    }

    package init(array: [LuaValue] = [], pairs: [Pair] = [], isArray: Bool = false) {
        self.array = array
        self.pairs = pairs
        self.isArray = isArray
    }

    /// The value of a string key; nil when there is none.
    package subscript(_ key: String) -> LuaValue? {
        let key = LuaValue.string(LuaString(key.utf8))
        return pairs.first { $0.key == key }?.value
    }
}
