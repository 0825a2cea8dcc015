// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// If Lua asks for memory beyond a limit, the run ends, wherever that happens. Lua itself never sees a failed
/// allocation, since it would then collect garbage in the middle of an operation.
@Suite struct RefusedAllocationTests {
    /// A run that allocates in every way that Lua has, and ends with `text`'s result.
    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String

        init(_ name: String, _ text: String) {
            testDescription = name
            self.text = text
        }
    }

    static let scenarios: [Scenario] = [
        Scenario("tables", "local t = {} for i = 1, 20 do t[i] = i t['k' .. i] = {i} t[-i] = i end return 'done'"),
        Scenario("table functions", "return #table.pack(table.unpack({1, 2, 3}, 1, 200)) > 0 and 'done'"),
        Scenario("strings", "local s = 'x' for i = 1, 12 do s = s .. s .. i end return s and 'done'"),
        Scenario("buffers", "return #('x'):rep(70000, ',') + #('a'):rep(3000):gsub('a', 'bcd') > 0 and 'done'"),
        Scenario("many strings", "local t = {} for i = 1, 600 do t[i] = 's' .. i end return 'done'"),
        Scenario("recursion", "local function f(n) return n == 0 and 0 or 1 + f(n - 1) end f(500) return 'done'"),
        Scenario("many arguments", "return select('#', table.unpack({}, 1, 5000)) and 'done'"),
        Scenario("closures", "local f for i = 1, 30 do local g = f f = function() return i, g end end return 'done'"),
        Scenario(
            "coroutines", "for i = 1, 5 do coroutine.wrap(function(a) coroutine.yield({a}) end)(i) end return 'done'"),
        Scenario(
            "caught errors",
            "for i = 1, 9 do pcall(error, 'e' .. i) xpcall(error, function(e) return {e} end) end return 'done'"),
        Scenario(
            "a metamethod", "local t = setmetatable({}, {__newindex = {}}) for i = 1, 9 do t[i] = i end return 'done'"),
        Scenario("load", "return load('local a, b = 1, {2} return function() return a .. b[1] end')() and 'done'"),
        Scenario(
            "load of what is repaired",
            """
            load('for k in next, {}, nil, nil do local function f() return k end break end local x = {1, 2.5, "text"}')
            return 'done'
            """),
        Scenario("host calls", "local t = {note({1, {2}}), echo('a', {b = 1})} print(t, 1) return 'done'"),
        Scenario("a module", "return require 'm' and 'done'"),
        Scenario(
            "closing", "local c <close> = setmetatable({}, {__close = function(c) c[1] = {} end}) return 'done'"),
        Scenario("waits", "verify {} coroutine.wrap(function() verify(1) end)() return 'done'"),
    ]

    /// A run that waits in the same state meanwhile, and must return "ab" afterwards.
    private static let neighbour =
        "local t = {verify('a')} t[2] = coroutine.wrap(function() return 'b' end)() return t[1] .. t[2]"

    private func run(_ scenario: Scenario, failing failure: LuaVM.AllocationFailure, mayLose: Bool) throws -> Int {
        var refused = 0
        for limit in UInt64(0)... {
            let lua = try LuaFixture(modules: ["m": "local t = {} for i = 1, 9 do t[i] = {i} end return t"])
            let (waiting, _) = try lua.start(Self.neighbour)
            let function = try lua.load(scenario.text)
            let meter = LuaMeter()
            meter.allocationLimit = 1 << 30
            let thread = try lua.vm.makeThread(meter: meter)
            lua.vm.limitAllocations(to: limit, failure: failure)
            var outcome = thread.start(function)
            while case .waiting = outcome, let wait = lua.journal.waits.last, wait.thread === thread {
                lua.journal.waits.removeLast()
                outcome = try #require(wait.end(with: .values(wait.arguments)))
            }
            let values = outcome.values  // read now, since the neighbour overwrites them
            lua.vm.limitAllocations(to: nil)
            #expect(lua.vm.failedAllocations == 0, "allocation \(limit)")
            let isLost = lua.vm.isLost
            #expect(mayLose || !isLost, "allocation \(limit)")
            if !isLost {
                let reply = waiting.resume(waiting.ticket) { $0.write("a") }
                #expect(reply?.values == ["ab"], "allocation \(limit)")
                lua.vm.collectGarbage()
                #expect(try shown(lua.run("local t = {} for i = 1, 100 do t[i] = {i .. 's'} end return #t")) == "100")
            }
            if values == ["done"] { return refused }
            #expect(outcome.error?.code == .memory, "allocation \(limit): \(outcome)")
            #expect(meter.hasStopped)
            lua.journal.waits = []
            refused += 1
            try #require(refused < 5000)
        }
        return refused
    }

    @Test(arguments: scenarios)
    func runOverItsLimitEndsAtAnyAllocation(_ scenario: Scenario) throws {
        #expect(try run(scenario, failing: .overLimit, mayLose: false) > 0)
    }

    @Test(arguments: scenarios)
    func runFarOverTheLimitOfTheStateEndsAtAnyAllocation(_ scenario: Scenario) throws {
        #expect(try run(scenario, failing: .farOverLimit, mayLose: true) > 0)
    }

    @Test func compilerStoppedByTheTableLimitLeaksNoMemory() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.tableKeyLimit = 64
        let before = lua.vm.liveBytes
        let text = "return pcall(load, 'local a = {' .. ... .. '}')"
        let names = (0..<200).map { "k\($0) = \($0)," }.joined()
        for _ in 0..<100 {
            meter.reset()
            let thread = try lua.vm.makeThread(meter: meter)
            #expect(thread.start(try lua.load(text)) { $0.write(names) }.error?.code == .tableSize)
            thread.close()
        }
        lua.vm.collectGarbage()
        #expect(lua.vm.liveBytes < before + 8192)
    }

    @Test func largeCodeIsNotLimitedAsATable() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.tableKeyLimit = 1024
        let text =
            "return load('for _ in pairs {} do local c <close> = nil break end ' .. ('print()'):rep(10000)) ~= nil"
        #expect(try lua.vm.makeThread(meter: meter).start(try lua.load(text)).values == [true])
    }
}
