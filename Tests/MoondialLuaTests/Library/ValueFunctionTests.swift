// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// tostring, setmetatable and math.randomseed, where they differ from stock Lua.
@Suite struct ValueFunctionTests {
    private static let refusal = "'__gc' is not available: finalizers would run outside every limit"

    @Test func tostringHidesAddresses() throws {
        let text = """
            local values = {{}, print, coroutine.create(print), setmetatable({}, {__name = 'Point'})}
            local names = {'table', 'function', 'thread', 'Point'}
            local seen, low = {}, 0
            for i, value in ipairs(values) do
              local shown = tostring(value)
              assert(shown:match('^' .. names[i] .. ': 0x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x$'), shown)
              assert(shown == tostring(value) and shown == ('%s'):format(value))
              assert(shown:match('0x%x+') == ('%p'):format(value))
              assert(('%-20p|'):format(value) == ('%-20s|'):format(shown:match('0x%x+')))
              assert(not seen[shown])
              seen[shown] = true
              if shown:find('0x0000', 1, true) then low = low + 1 end
            end
            assert(low < 2)
            return ('%p %p %p %5p'):format(1, nil, true, 2.5), (('%p'):format('x')):match('^0x%x+$') ~= nil
            """
        #expect(try shown(LuaFixture().run(text)) == "(null) (null) (null) (null) true")
    }

    @Test func tostringOfManyTablesIsUnique() throws {
        let text = """
            local seen, keep = {}, {}
            for i = 1, 20000 do
              keep[i] = {}
              local shown = tostring(keep[i])
              assert(not seen[shown])
              seen[shown] = true
            end
            return true
            """
        #expect(try LuaFixture().run(text) == [true])
    }

    @Test func tostringDiffersBetweenStates() throws {
        let text = "return tostring(print):match('0x%x+')"
        #expect(try LuaFixture().run(text) != LuaFixture().run(text))
    }

    @Test func printHidesAddressesLikeTostring() throws {
        let lua = try LuaFixture()
        try lua.run("t = {} print(t, 1) print(tostring(t) .. '\\t1')")
        #expect(lua.journal.printed.count == 2)
        #expect(lua.journal.printed.first == lua.journal.printed.last)
    }

    @Test(arguments: ["setmetatable({}, {__gc = function() end})", "setmetatable({}, {__gc = true})"])
    func metatableWithAFinalizerIsRefused(_ text: String) throws {
        let lua = try LuaFixture()
        #expect(try lua.error(of: text).description == "test.lua:1: \(Self.refusal)")
    }

    @Test func finalizerAddedLaterNeverRuns() throws {
        let text = """
            local ran
            local mt = {}
            local value = setmetatable({}, mt)
            mt.__gc = function() ran = true end
            value = nil
            for i = 1, 1e5 do local garbage = {i} end
            return ran
            """
        #expect(try LuaFixture().run(text) == [.nil])
    }

    @Test func freezingATableWithAFinalizerFails() throws {
        // Freezing moves the metatable to the table behind. At that moment Lua looks for a finalizer.
        let lua = try LuaFixture()
        try lua.run("local mt = {} setmetatable(_G, mt) mt.__gc = function() error('ran') end")
        #expect(throws: LuaError.self) { try lua.vm.freeze("_G") }
    }

    @Test func randomNumbersDifferBetweenStates() throws {
        let text = "return math.random(0), math.random(0)"
        #expect(try LuaFixture().run(text) != LuaFixture().run(text))
    }

    @Test func returnedSeedRepeatsTheRandomNumbers() throws {
        let text = """
            local a, b = math.randomseed()
            local first = math.random(0)
            math.randomseed(a, b)
            return math.type(a), math.type(b), first == math.random(0), math.randomseed(7, 8)
            """
        #expect(try shown(LuaFixture().run(text)) == "integer integer true 7 8")
    }

    @Test func numberOfConversionsInAFormatIsLimited() throws {
        let lua = try LuaFixture()
        let error = try lua.error(of: "local a <const> = ('%d'):rep(1001) string.format(a, 1)")
        #expect(error.message == "bad argument #1 to 'format' (more than 1000 conversions)")
        let most = """
            local numbers = {}
            for i = 1, 1000 do numbers[i] = i % 10 end
            return #string.format(('%d'):rep(1000), table.unpack(numbers)), #string.format(('%%'):rep(5000))
            """
        #expect(try shown(lua.run(most)) == "1000 5000")
        let packed = try lua.error(of: "string.pack('c9000000c9000000', '', '')")
        #expect(packed.message == "bad argument #1 to 'pack' (more than 16 MiB of fixed-size strings)")
    }

    @Test(arguments: ["string.format(f)", "string.pack(f)", "string.packsize(f)", "string.unpack(f, '')", "os.date(f)"])
    func longFormatsAreRefused(_ call: String) throws {
        let lua = try LuaFixture()
        #expect(
            try lua.run("local f <const> = (' '):rep(256 << 10) return pcall(function() return \(call) end)").count > 0)
        let error = try lua.error(of: "local f <const> = (' '):rep((256 << 10) + 1) return \(call)")
        #expect(error.message.hasSuffix("(format is longer than 256 KiB)"))
    }

    /// Stock Lua does not quote long strings with `%q`.
    @Test func longStringsAreQuotedLikeShortOnes() throws {
        let text = #"""
            local unit = ""
            for byte = 0, 255 do unit = unit .. string.char(byte) .. "a" .. string.char(byte) .. "7" end
            local short = ("%q"):format(unit)
            local long = ("<%5s%q%%%q>"):format("x", unit:rep(100), 1)
            return #unit < 64 << 10, long == '<    x"' .. short:sub(2, -2):rep(100) .. '"%1>'
            """#
        #expect(try shown(LuaFixture().run(text)) == "true true")
    }
}
