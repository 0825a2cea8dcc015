// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

@Suite("Limiting the keys of a table")
struct TableLimitTests {
    private let lua: LuaFixture
    private let meter = LuaMeter()

    init() throws {
        lua = try LuaFixture()
        meter.tableKeyLimit = 1024
    }

    private func outcome(of text: String) throws -> LuaOutcome {
        let thread = try lua.vm.makeThread(meter: meter)
        return thread.start(try lua.load(text))
    }

    @Test func tableMayHoldAsManyKeysAsTheLimit() throws {
        let text = "local t = {} for i = 1, 1024 do t['k' .. i] = i end return t.k1 + t.k1024"
        #expect(try outcome(of: text).values == [1025])
        #expect(!meter.hasStopped)
    }

    /// Ways to add one key too many.
    static let tooLarge: [Script] = [
        Script("assignments", "for i = 1, 1025 do t['k' .. i] = i end", ""),
        Script("caught", "pcall(function() for i = 1, 1025 do t[-i] = i end end) while true do end", ""),
        Script("rawset", "for i = 1, 1025 do rawset(t, -i, i) end", ""),
        Script("in a coroutine", "coroutine.wrap(function() for i = 1, 1025 do t[i + 0.5] = i end end)()", ""),
        Script("in a comparator", "table.sort({3, 2, 1}, function() for i = 1, 1025 do t[-i] = i end end)", ""),
        Script(
            "a constructor",
            "local s = {'return {'} for i = 1, 1025 do s[#s + 1] = 'k' .. i .. '=1,' end load(table.concat(s) .. '}')()",
            ""),
    ]

    @Test(arguments: tooLarge)
    func runIsStoppedAtOneKeyTooMany(_ script: Script) throws {
        let error = try #require(try outcome(of: "local t = {}\n\(script.text)\nnote('must not run')").error)
        #expect(error.code == .tableSize)
        #expect(error.code.rawValue == "table_size")
        #expect(error.message == "stopped: a table may hold at most 1024 keys beside its list part")
        #expect(error.site?.line == 2)
        #expect(lua.journal.notes.isEmpty)
        // The state can still be used.
        #expect(try shown(lua.run("local t = {} for i = 1, 5000 do t[-i] = i end return t[-5000]")) == "5000")
    }

    @Test func largeListsAndStringsAreNotLimitedAsTables() throws {
        // A node of a table has 24 bytes. Lists and strings of the same sizes must not be taken for nodes.
        let text = """
            local t = {}
            for i = 1, 100000 do t[i] = i end
            for _, n in ipairs {3072, 3072 * 2, 3072 * 4} do
              assert(#table.pack(table.unpack(t, 1, n)) == n)
              for k = 0, 12 do assert(#('x'):rep(24 << k) == 24 << k) end
            end
            return 'fine'
            """
        #expect(try outcome(of: text).values == ["fine"])
    }

    @Test func largerTablesOfTheHostMayBeReadAndChanged() throws {
        try lua.run("big = {} for i = 1, 5000 do big[-i] = i end")
        #expect(try outcome(of: "big[-1] = 7 big[-2] = nil return big[-1]").values == [7])
        #expect(try outcome(of: "for i = 5001, 9000 do big[-i] = i end").error?.code == .tableSize)
        #expect(try shown(lua.run("return big[-5000]")) == "5000")
    }

    @Test func limitIsRoundedDownToAPowerOfTwo() {
        for (limit, expected) in [(1, 1), (1000, 512), (1024, 1024), (2047, 1024), (0, 0)] {
            meter.tableKeyLimit = limit
            #expect(meter.tableKeyLimit == expected)
        }
        meter.tableKeyLimit = nil
        #expect(meter.tableKeyLimit == nil)
    }

    @Test func runWithCollidingKeysIsStoppedBeforeItTakesLong() throws {
        meter.tableKeyLimit = 8192
        meter.cpuLimit = .milliseconds(100)
        let text = "local t, step = {}, (1 << 17) - 1 for i = 1, (1 << 16) + 1 do t[i * step] = true end"
        #expect(try outcome(of: text).error?.code == .tableSize)
        #expect(meter.cpuTime < .seconds(1))
    }
}
