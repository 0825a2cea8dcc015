// SPDX-License-Identifier: MIT

internal import CMoondialLua
import TextFormats

/// A key of a table.
package enum LuaKey: Sendable, Hashable {
    case text(String)
    case integer(Int64)
}

/// The source and the lines of a function of a script.
package struct LuaFunctionPlace: Sendable, Hashable {
    package let source: LuaSourceName
    package let lines: ClosedRange<Int>
}

extension LuaVM {
    /// The value that is found by following the keys from the globals: the name of its type, "nil" when there is none,
    /// and for a table its text keys with the types of their values, sorted. The fields of a table's `__index` table
    /// are included. No Lua code runs.
    ///
    /// - Throws: `LuaError` with code `memory`.
    package func names(at keys: [LuaKey]) throws(LuaError) -> (type: String, fields: [(name: String, type: String)]) {
        var reader = try look(at: keys)
        let type = reader.nextOrNil().text ?? "nil"
        guard type == "table" else { return (type, []) }
        var fields: [String: String] = [:]
        while let key = reader.next() {
            let type = reader.nextOrNil().text ?? "nil"
            // A table's own field hides that of its `__index`.
            if let name = key.text, fields[name] == nil { fields[name] = type }
        }
        return (type, fields.map { (name: $0.key, type: $0.value) }.sorted { $0.name < $1.name })
    }

    /// The place of the function that the keys lead to; nil when there is none, and for functions of the host.
    ///
    /// - Throws: `LuaError` with code `memory`.
    package func place(ofFunctionAt keys: [LuaKey]) throws(LuaError) -> LuaFunctionPlace? {
        var reader = try look(at: keys)
        guard reader.nextOrNil().text == "function", let name = reader.nextBytes().map({ String(escaping: $0) }),
            case .integer(let first) = reader.nextOrNil(), case .integer(let last) = reader.nextOrNil(), first <= last
        else { return nil }
        return LuaFunctionPlace(source: LuaSourceName(chunkName: name), lines: max(1, Int(first))...max(1, Int(last)))
    }

    private func look(at keys: [LuaKey]) throws(LuaError) -> LuaReader {
        preconditionNotAnswering()
        let writer = LuaWriter(vm: self)
        writer.reset()
        for key in keys {
            switch key {
            case .text(let text): writer.write(text)
            case .integer(let number): writer.write(number)
            }
        }
        try check(moondial_vm_names(handle))
        return LuaReader(vm: self)
    }
}
