// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// The limits on values that pass from Lua to the host, each tested at its edge.
@Suite struct ValueLimitTests {
    private static func limits(depth: Int = 16, values: Int = 10_000, bytes: Int = 1 << 20) -> LuaLimits {
        var limits = LuaLimits()
        limits.depth = depth
        limits.values = values
        limits.bytes = bytes
        return limits
    }

    private static let nested = "local n = ... local t = {} for i = 2, n do t = {t} end "
    private static let list = "local n = ... local t = {} for i = 1, n do t[i] = true end "

    /// A limit, a script that makes a value of a size, the largest size that passes, and the error for the next.
    struct Edge: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let limits: LuaLimits
        let text: String
        let largest: Int64
        let problem: String
    }

    static let edges: [Edge] = [
        Edge(
            testDescription: "depth", limits: limits(depth: 5), text: nested, largest: 5,
            problem: "tables are nested too deep"),
        Edge(
            testDescription: "default depth", limits: LuaLimits(), text: nested, largest: 16,
            problem: "tables are nested too deep"),
        Edge(
            testDescription: "values in an array and the array", limits: limits(values: 100), text: list, largest: 99,
            problem: "there are too many values"),
        Edge(
            testDescription: "keys count", limits: limits(values: 101),
            text: "local n = ... local t = {} for i = 1, n do t['k' .. i] = 1 end ", largest: 50,
            problem: "there are too many values"),
        Edge(
            testDescription: "default values", limits: LuaLimits(), text: list, largest: 9_999,
            problem: "there are too many values"),
        Edge(
            testDescription: "bytes of a string, which takes five more", limits: limits(bytes: 1000),
            text: "local n = ... local t = ('x'):rep(n) ", largest: 995, problem: "the values are too large"),
        Edge(
            testDescription: "bytes of strings in a table, which takes nine", limits: limits(bytes: 1000),
            text: "local n = ... local t = ('x'):rep(n) ; t = {t, t} ", largest: 490,
            problem: "the values are too large"),
        Edge(
            testDescription: "bytes of a key", limits: limits(bytes: 1000),
            text: "local n = ... local t = {[('x'):rep(n)] = 1} ", largest: 986, problem: "the values are too large"),
    ]

    @Test(arguments: edges)
    func resultsAboveALimitAreAnError(_ edge: Edge) throws {
        let lua = try LuaFixture(limits: edge.limits)
        let text = edge.text + "return t"
        #expect(try lua.run(text, arguments: [.integer(edge.largest)]).count == 1)
        let error = try lua.error(of: text, arguments: [.integer(edge.largest + 1)])
        #expect(error == LuaError(code: .limit, message: edge.problem))
        #expect(try lua.run("return 1") == [1])
    }

    @Test(arguments: edges)
    func argumentsAboveALimitAreAnError(_ edge: Edge) throws {
        let lua = try LuaFixture(limits: edge.limits)
        let text = edge.text + "return pcall(note, t)"
        #expect(try shown(lua.run(text, arguments: [.integer(edge.largest)])) == "true")
        let refused = try shown(lua.run(text, arguments: [.integer(edge.largest + 1)]))
        #expect(refused == "false test.lua:1: bad argument #1 to 'note' (\(edge.problem))")
        #expect(lua.journal.notes.count == 1)
    }

    @Test(arguments: [
        "local t = {} t.self = t return t", "local t = {} t[1] = {t} return t", "local t = {} t[t] = 1 return t",
        "local a, b = {}, {} a.b, b.a = b, a return a",
    ])
    func cyclicTablesAreTooDeep(_ text: String) throws {
        #expect(try LuaFixture().error(of: text).message == "tables are nested too deep")
    }

    @Test func manySharedTablesExceedTheLimitOfValues() throws {
        let text = "local t = {} for i = 1, 15 do t = {t, t, t, t, t, t, t, t} end return t"
        #expect(try LuaFixture().error(of: text).message == "there are too many values")
    }

    @Test func depthOfValuesFromTheHostIsNotLimited() throws {
        var value = LuaValue.integer(1)
        for _ in 0..<100 { value = .table(LuaTable(array: [value])) }
        let text = "local t, n = ..., 0 while type(t) == 'table' do t = t[1] n = n + 1 end return n"
        #expect(try LuaFixture().run(text, arguments: [value]) == [100])
    }

    @Test func limitAppliesToAllArgumentsTogether() throws {
        let lua = try LuaFixture(limits: Self.limits(bytes: 1000))
        #expect(
            try shown(lua.run("local s = ('x'):rep(400) return pcall(note, s, s, s)"))
                == "false test.lua:1: bad argument #3 to 'note' (the values are too large)")
    }
}
