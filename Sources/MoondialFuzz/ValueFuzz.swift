// SPDX-License-Identifier: MIT

import Generators
import MoondialLua

/// Values that are passed to Lua and returned must be the same, or be refused for their size.
enum ValueFuzz {
    static func run(_ random: inout SeededGenerator) throws -> Int {
        var configuration = LuaVM.Configuration()
        configuration.limits.depth = 1 + random.below(8)
        configuration.limits.values = 10 + random.below(2000)
        configuration.limits.bytes = 100 + random.below(20_000)
        let vm = try LuaVM(configuration)
        let function = try vm.load(Array("return ...".utf8), name: .file("fuzz"))
        let count = 200
        for _ in 0..<count {
            let value = value(&random, depth: 0)
            let thread = try vm.makeThread()
            defer { thread.close() }
            switch thread.start(function, arguments: { $0.write(value) }) {
            case .returned(var values):
                let back = values.next() ?? .nil
                if canonical(back) != canonical(value) {
                    throw Fuzz.Finding(input: "\(value)", problem: "came back as \(back)")
                }
            case .failed(let error) where error.code == .limit: continue
            case .failed(let error): throw Fuzz.Finding(input: "\(value)", problem: "\(error)")
            case .waiting: throw Fuzz.Finding(input: "\(value)", problem: "the thread waits")
            }
        }
        return count
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> LuaValue {
        switch random.below(depth < 6 ? 9 : 6) {
        case 0: .boolean(random.below(2) == 0)
        case 1: .integer(Int64(bitPattern: random.next()) >> Int64(random.below(64)))
        case 2: .number([0.5, -1e300, .infinity, 1e-300, 2.5][random.below(5)])
        case 3: .null
        case 4, 5: .string(LuaString(random.bytes(upTo: 20, of: [0, 97, 255, 200, 10])))
        default: .table(table(&random, depth: depth + 1))
        }
    }

    private static func table(_ random: inout SeededGenerator, depth: Int) -> LuaTable {
        let array = (0..<random.below(6)).map { _ in value(&random, depth: depth) }
        var keys: [LuaValue] = []
        for _ in 0..<random.below(4) {
            let key: LuaValue =
                switch random.below(4) {
                case 0: .integer(-Int64(random.below(1000)))
                case 1: .number(Double(random.below(1000)) + 0.5)
                case 2: .boolean(random.below(2) == 0)
                default: .string(LuaString(random.bytes(upTo: 8, of: [0, 97, 98, 255])))
                }
            if !keys.contains(key) { keys.append(key) }
        }
        let pairs = keys.map { LuaTable.Pair(key: $0, value: value(&random, depth: depth)) }
        return LuaTable(array: array, pairs: pairs)
    }

    /// A text that does not depend on the order of entries.
    private static func canonical(_ value: LuaValue) -> String {
        guard case .table(let table) = value else { return "\(value)" }
        let pairs = table.pairs.map { "\(canonical($0.key)) = \(canonical($0.value))" }.sorted()
        return "[\(table.array.map(canonical))] {\(pairs)}"
    }
}
