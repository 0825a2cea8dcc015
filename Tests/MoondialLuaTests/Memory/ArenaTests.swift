// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import ProcessorClocks
import Testing

/// Each state has its own memory: taken from the system in large pieces, and returned as a whole.
@Suite struct ArenaTests {
    @Test func memoryOfAStateIsFreedWithTheState() throws {
        /// The resident memory of the process in bytes; 0 if it is not known.
        func resident() -> Int { ProcessMemory.resident ?? 0 }
        func fill() throws -> Int {
            let lua = try LuaFixture()
            try lua.run("keep = {} for i = 1, 3e5 do keep[i] = {i, 'text ' .. i} end")
            return lua.vm.liveBytes
        }
        let size = try fill()
        #expect(size > 32 << 20)
        let before = resident()
        for _ in 0..<10 { #expect(try fill() == size) }
        // Other tests run at the same time, so some growth is allowed, but far less than ten states.
        #expect(resident() - before < 5 * size)
    }

    @Test func largeStateIsFreedAsAWhole() throws {
        let clock = ProcessorClock()
        let start = clock.now
        var lua: LuaFixture? = try LuaFixture()
        try lua?.run("keep = {} for i = 1, 3e6 do keep[i] = {} end")
        let filled = clock.now
        lua = nil
        // Freed block by block, the state would take half the time of filling it; freed as a whole, a fiftieth.
        #expect(clock.now - filled < (filled - start) / 2)
    }

    @Test func blocksOfAllSizesKeepTheirContents() throws {
        let lua = try LuaFixture()
        // Strings of every size up to a page and more, lists and tables that grow and shrink, collected in between.
        let text = """
            local keep, sum = {}, 0
            for round = 1, 3 do
              for i = 1, 9000, 7 do keep[i] = (string.char(i % 256)):rep(i) .. round end
              for i = 1, 9000, 7 do
                assert(#keep[i] == i + #tostring(round) and keep[i]:byte(i) == i % 256)
                keep[i] = nil
              end
              local list = {}
              for i = 1, 5000 do list[i] = i end
              for i = 5000, 1, -1 do sum = sum + table.remove(list) end
              local set = {}
              for i = 1, 5000 do set['k' .. i] = i end
              for key, value in pairs(set) do sum = sum + value set[key] = nil end
            end
            return sum
            """
        #expect(try shown(lua.run(text)) == "75015000")
    }

    @Test func collectedMemoryIsUsedAgain() throws {
        let lua = try LuaFixture()
        try lua.run("for i = 1, 2e5 do local t = {i} end")
        let before = ProcessMemory.resident ?? 0
        // 1.2 GiB in all. Other tests of the process may use hundreds of MiB meanwhile.
        try lua.run("for i = 1, 3e5 do local t = {i} local s = ('x'):rep(4000) .. i end")
        #expect((ProcessMemory.resident ?? 0) - before < 600 << 20)
    }
}
