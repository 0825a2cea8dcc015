// SPDX-License-Identifier: MIT

import Foundation
import Generators
import MoondialLua
import MoondialRules

/// A text of Lua that is tried.
enum LuaText {
    /// The body of a hook; its argument is the request.
    case chunk(String)
    /// A rule file.
    case file(String)
}

/// Makes Lua that may do anything: programs, calls of the language with hostile arguments, and attacks of the tests, some with
/// their parts exchanged.
enum LuaTextGenerator {
    static func text(_ random: inout SeededGenerator) -> LuaText {
        switch random.below(10) {
        case 0..<4: .chunk(damaged(calls(&random), &random, percent: 20))
        case 4..<8: .chunk(damaged(program(&random), &random, percent: 20))
        default: .file(damaged(random.pick(attacks), &random, percent: 95))
        }
    }

    // MARK: - Programs

    /// What the names of programs and calls are.
    private static let names = """
        local req = ...
        local function loop() while true do end end
        local a, b, c, x1 = {}, "text", 7, function(...) return ... end
        local _y = setmetatable({}, { __index = function(t, k) return k end, __call = function(_, ...) return ... end })
        local self = { 1, 2, 3, n = 3 }

        """

    private static func program(_ random: inout SeededGenerator) -> String {
        var generator = ProgramGenerator(SeededGenerator(seed: random.next()))
        return names + generator.program()
    }

    // MARK: - Calls

    private static let functions = Registry.entries.filter { $0.isFunction && $0.kind != .hook }.map(\.name)

    private static let metamethods = [
        "index", "newindex", "call", "len", "tostring", "concat", "lt", "le", "eq", "add", "unm", "close", "pairs",
        "name",
        "gc", "mode", "metatable", "idiv", "shl",
    ]

    private static let values = [
        "nil", "true", "false", "0", "-1", "1", "7", "1 << 62", "math.mininteger", "math.maxinteger", "1e308", "0/0",
        "2^53",
        "''", "'0'", "'%s'", "'%d+'", "'*t'", "'k'", "'n'", "'\\0'", "'\\xff'", "('x'):rep(100000)",
        "('a-'):rep(3000) .. 'b'",
        "('%99d'):rep(900)", "('0'):rep(100000) .. 'e1'", "('['):rep(10000)", "'[' .. ('1e1,'):rep(9999) .. '1]'",
        "'{\"a\":[1,2,{\"b\":null}]}'", "'13800138000'", "'return 1'", "'while true do end'", "{}", "{ 1, 2, 3 }",
        "{ n = 9 }",
        "{ a, b, c }", "req", "req.context", "a", "b", "c", "x1", "_y", "self", "loop", "error", "string.rep", "pcall",
        "coroutine.wrap(loop)", "coroutine.create(x1)", "setmetatable({}, { __index = loop })", "deny 'reason'",
        "moondial.json.null", "moondial.json.array {}", "function(x, y) return y end", "function() error({}) end",
        "...",
    ]

    private static func calls(_ random: inout SeededGenerator) -> String {
        var text = names
        for number in 0..<1 + random.below(8) { text += statement(number, &random) + "\n" }
        return text
    }

    private static func value(_ random: inout SeededGenerator, locals count: Int) -> String {
        count > 0 && random.chance(30) ? "v\(random.below(count))" : random.pick(values)
    }

    private static func call(_ random: inout SeededGenerator, locals count: Int, protected: Bool) -> String {
        let arguments = (0..<random.below(5)).map { _ in value(&random, locals: count) }
        let function = random.pick(functions)
        guard protected else { return "\(function)(\(arguments.joined(separator: ", ")))" }
        return "pcall(\(([function] + arguments).joined(separator: ", ")))"
    }

    /// Defines the local `v` of this number.
    private static func statement(_ number: Int, _ random: inout SeededGenerator) -> String {
        func value() -> String { Self.value(&random, locals: number) }
        switch random.below(10) {
        case 0: return "local v\(number) = \(call(&random, locals: number, protected: false))"
        case 1:
            let fields = (0...random.below(3)).map { _ in "__\(random.pick(metamethods)) = \(value())" }
            return "local _, v\(number) = pcall(setmetatable, \(value()), { \(fields.joined(separator: ", ")) })"
        case 2:
            return """
                local v\(number) = pcall(function()
                  for k, v in pairs(\(value())) do \(call(&random, locals: number, protected: true)) end
                end)
                """
        case 3:
            let operation = random.pick(["..", "+", "//", "%", "==", "<", "<<", "and", "^"])
            return "local _, v\(number) = pcall(function() return \(value()) \(operation) \(value()) end)"
        case 4: return "local _, v\(number) = pcall(function(...) return (\(value()))[\(value())] end, \(value()))"
        case 5:
            return """
                local v\(number) = coroutine.wrap(function(...)
                  local x <close> = \(random.chance(70) ? "nil" : value())
                  coroutine.yield(\(value()))
                  return \(call(&random, locals: number, protected: true))
                end)
                pcall(v\(number), \(value()))
                """
        case 6:
            return """
                local v\(number)
                for i = 1, \(random.pick(["3", "1000", "1e6"])) do
                  v\(number) = \(call(&random, locals: number, protected: random.chance(80)))
                end
                """
        default: return "local _, v\(number) = \(call(&random, locals: number, protected: true))"
        }
    }

    // MARK: - Attacks

    private static let attacks: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Tests/MoondialRulesTests/Attacks")
        let names = FileManager.default.subpaths(atPath: folder.path(percentEncoded: false)) ?? []
        let texts = names.sorted().filter { $0.hasSuffix(".lua") }
            .compactMap { try? String(decoding: Data(contentsOf: folder.appending(path: $0)), as: UTF8.self) }
        precondition(!texts.isEmpty, "there are no attacks in \(folder)")
        return texts
    }()

    /// The words and signs of all attacks.
    private static let parts: [[UInt8]] = attacks.flatMap { text in
        let bytes = Array(text.utf8)
        return LuaLexer.tokens(of: bytes).filter { $0.kind != .comment }.map { Array(bytes[$0.range]) }
    }

    /// The text, in `percent` of 100 cases with some of its parts left out, repeated or exchanged.
    private static func damaged(_ text: String, _ random: inout SeededGenerator, percent: Int) -> String {
        guard random.chance(percent) else { return text }
        let bytes = Array(text.utf8)
        var tokens = LuaLexer.tokens(of: bytes).filter { $0.kind != .comment }.map { Array(bytes[$0.range]) }
        for _ in 0...random.below(4) where !tokens.isEmpty {
            let place = random.below(tokens.count)
            switch random.below(6) {
            case 0: tokens.remove(at: place)
            case 1: tokens.insert(random.pick(tokens), at: place)
            case 2: tokens[place] = Array(random.pick(values).utf8)
            case 3: tokens.swapAt(place, random.below(tokens.count))
            default: tokens[place] = random.pick(parts)
            }
        }
        return String(decoding: Array(tokens.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }
}
