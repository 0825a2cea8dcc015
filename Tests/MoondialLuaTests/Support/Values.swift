// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

extension LuaReader {
    /// All values that are left.
    var all: [LuaValue] {
        var copy = self
        var values: [LuaValue] = []
        while let value = copy.next() { values.append(value) }
        return values
    }
}

extension LuaOutcome {
    var values: [LuaValue]? { if case .returned(let reader) = self { reader.all } else { nil } }
    var error: LuaError? { if case .failed(let error) = self { error } else { nil } }
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
}

/// Values as Lua's `print` writes them, with tables and the like by type.
func shown(_ values: [LuaValue]) -> String {
    values.map(shown).joined(separator: " ")
}

private func shown(_ value: LuaValue) -> String {
    switch value {
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .string(let value): value.description
    default: value.typeName
    }
}

/// A piece of Lua and its expected result.
struct Script: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let expected: String

    init(_ name: String, _ text: String, _ expected: String) {
        testDescription = name
        self.text = text
        self.expected = expected
    }
}
