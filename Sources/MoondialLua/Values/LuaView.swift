// SPDX-License-Identifier: MIT

internal import CMoondialLua
import TextFormats

/// A value as it is shown to people: every type has a form, and large values are cut. Read by raw access.
package indirect enum LuaView: Equatable, Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    /// `bytes` is the length of the whole string, in bytes.
    case string(LuaString, bytes: Int)
    case table(LuaTableView)
    /// JSON's null.
    case null
    /// Where a function of a script begins; or, without a line, the name of a library's; both nil when neither is known.
    case function(name: String?, line: Int?)
    /// A value that the prelude made with a class number.
    case object(class: UInt32, payload: LuaView)
    /// The name of a type: "thread", "userdata".
    case opaque(String)
    /// A table in which this one is shown: 1 is the innermost.
    case cycle(Int)
    /// Something too deep or too large to be shown.
    case cut
}

package struct LuaTableView: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let key: LuaView
        package let value: LuaView
    }

    /// Values from 1 on.
    package var array: [LuaView] = []
    /// The other entries, in no particular order.
    package var entries: [Entry] = []
    /// The table is marked as an array.
    package var isArray = false
    /// How many entries were cut.
    package var omitted = 0
    /// The `__name` of its metatable, which may be empty; nil without a metatable.
    package var metatable: String?

    package init() {}

    /// The value of a text key; nil when there is none.
    package subscript(_ name: String) -> LuaView? {
        entries.first { $0.key.text == name }?.value
    }
}

extension LuaView {
    /// The text of a string; nil for other types, for bytes that are not UTF-8, and for a string that was cut.
    package var text: String? {
        if case .string(let string, let bytes) = self, string.bytes.count == bytes { string.text } else { nil }
    }
}

extension LuaReader {
    /// The next argument of a function with the option `views`; nil at the end.
    package mutating func nextView() -> LuaView? {
        isAtEnd ? nil : view()
    }

    private mutating func view() -> LuaView {
        let tag = takeTag()
        switch tag {
        case MOONDIAL_TAPE_FALSE: return .boolean(false)
        case MOONDIAL_TAPE_TRUE: return .boolean(true)
        case MOONDIAL_TAPE_INTEGER: return .integer(take())
        case MOONDIAL_TAPE_DOUBLE: return .number(take())
        case MOONDIAL_TAPE_STRING:
            let bytes = bytes()
            return .string(LuaString(bytes), bytes: bytes.count)
        case MOONDIAL_TAPE_LONG_STRING:
            let count: UInt32 = take()
            advance(1)
            return .string(LuaString(bytes()), bytes: Int(count))
        case MOONDIAL_TAPE_VIEW: return .table(tableView())
        case MOONDIAL_TAPE_NULL: return .null
        case MOONDIAL_TAPE_FUNCTION: return functionView()
        case MOONDIAL_TAPE_OBJECT: return .object(class: take(), payload: view())
        case MOONDIAL_TAPE_OPAQUE: return .opaque(String(escaping: bytes()))
        case MOONDIAL_TAPE_CYCLE:
            let distance: UInt32 = take()
            return .cycle(Int(distance))
        case MOONDIAL_TAPE_CUT: return .cut
        default: return .nil
        }
    }

    private mutating func tableView() -> LuaTableView {
        var table = LuaTableView()
        table.isArray = takeTag() == MOONDIAL_TAPE_ARRAY
        let count: UInt32 = take()
        let hasMetatable: UInt32 = take()
        table.array.reserveCapacity(Int(count))
        for _ in 0..<count { table.array.append(view()) }
        while peek != MOONDIAL_TAPE_END {
            let key = view()
            table.entries.append(LuaTableView.Entry(key: key, value: view()))
        }
        advance(1)
        let omitted: UInt32 = take()
        table.omitted = Int(omitted)
        if hasMetatable != 0 { table.metatable = nextBytes().map { String(escaping: $0) } ?? "" }
        return table
    }

    private mutating func functionView() -> LuaView {
        advance(8)
        let source = nextBytes().map(Array.init) ?? []
        let line: Int32 = take()
        if source.isEmpty { return .function(name: nil, line: nil) }
        if line < 0 { return .function(name: String(escaping: source), line: nil) }
        let name = LuaSourceName(chunkName: String(escaping: source))
        return .function(name: name.description, line: Int(line))
    }
}
