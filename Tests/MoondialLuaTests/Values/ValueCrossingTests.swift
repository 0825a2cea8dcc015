// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Values pass between Lua and the host unchanged.
@Suite struct ValueCrossingTests {
    private static var values: [LuaValue] {
        [
            .nil, .boolean(true), .boolean(false), .null,
            .integer(0), .integer(-1), .integer(.min), .integer(.max), .integer(117_270_465_679_982_593),
            .integer(1 << 53 + 1),
            .number(0), .number(1), .number(-0.5), .number(1e308), .number(.leastNonzeroMagnitude), .number(.infinity),
            .number(-.infinity), .number(0.1),
            "", "text", "中文", "with\0NUL\0", .string(LuaString((0...255).map { UInt8($0) })),
            .string(LuaString([0xC3, 0x28, 0xED, 0xA0, 0x80, 0xFF])),
            .string(LuaString(repeatElement(UInt8(ascii: "x"), count: 100_000))),
            .table(LuaTable()), .table(LuaTable(isArray: true)),
            .table(LuaTable(array: [1, 2, .table(LuaTable(array: ["inner", .null]))])),
            .table(LuaTable(array: ["a"], pairs: [.init(key: "key", value: .table(LuaTable(array: [true])))])),
            .table(LuaTable(array: [1, 2], isArray: true)),
            .table(LuaTable(pairs: [.init(key: .integer(-1), value: "negative")])),
            .table(LuaTable(pairs: [.init(key: .number(1.5), value: "half")])),
            .table(LuaTable(pairs: [.init(key: true, value: "yes")])),
            .table(LuaTable(pairs: [.init(key: "a\0b", value: "NUL")])),
        ]
    }

    @Test func valuesPassThroughResultsUnchanged() throws {
        #expect(try LuaFixture().run("return ...", arguments: Self.values) == Self.values)
    }

    @Test func valuesPassThroughAHostFunctionUnchanged() throws {
        let lua = try LuaFixture()
        #expect(try lua.run("note(...) return echo(...)", arguments: Self.values) == Self.values)
        #expect(lua.journal.notes == [Self.values])
    }

    @Test func valuesPassThroughAWaitUnchanged() throws {
        #expect(try LuaFixture().run("return verify(...)", arguments: Self.values) == Self.values)
    }

    @Test func valuesPassThroughAGlobalUnchanged() throws {
        let lua = try LuaFixture()
        for value in Self.values {
            try lua.vm.set("some.where.value", to: value)
            #expect(try lua.run("return some.where.value") == [value])
        }
    }

    @Test func nanStaysNaN() throws {
        guard case .number(let number)? = try LuaFixture().run("return ...", arguments: [.number(.nan)]).first else {
            throw Surprise("no number")
        }
        #expect(number.isNaN)
        #expect(try shown(LuaFixture().run("local n = ... return n ~= n", arguments: [.number(.nan)])) == "true")
    }

    @Test func minusZeroStaysMinusZero() throws {
        guard case .number(let number)? = try LuaFixture().run("return -0.0").first else { throw Surprise("no number") }
        #expect(number.sign == .minus && number == 0)
    }

    @Test func integersAndFloatsStayDistinct() throws {
        let text = "local a, b = ... return math.type(a), math.type(b), a == b, 2^53 == 2^53 + 1, a + 1"
        let values = try LuaFixture().run(text, arguments: [.integer(.max), .number(9.2233720368547758e18)])
        #expect(values == ["integer", "float", false, true, .integer(.min)])
    }

    @Test func floatKeysWithWholeValuesAreIntegers() throws {
        let values = try LuaFixture().run("local t = {} t[2.0] = 'b' t[1] = 'a' return t")
        #expect(values == [.table(LuaTable(array: ["a", "b"]))])
    }

    @Test func holesOfListsAreNil() throws {
        #expect(try LuaFixture().run("return {1, nil, 3}") == [.table(LuaTable(array: [1, .nil, 3]))])
        guard case .table(let table)? = try LuaFixture().run("local t = {} t[1000000] = 1 return t").first else {
            throw Surprise("no table")
        }
        #expect(table == LuaTable(pairs: [.init(key: 1_000_000, value: 1)]))
    }

    @Test func fieldsOfTablesAreFoundByName() throws {
        guard case .table(let table)? = try LuaFixture().run("return {a = 1, [1] = 'x', b = {}}").first else {
            throw Surprise("no table")
        }
        #expect(table["a"] == 1)
        #expect(table["b"] == .table(LuaTable()))
        #expect(table["c"] == nil)
        #expect(table.array == ["x"])
    }

    @Test func metatablesAreIgnoredWhenTablesReachTheHost() throws {
        let text = """
            local never = function() error('a metamethod ran') end
            return setmetatable({1, a = 2}, {
              __index = never, __len = never, __pairs = never, __name = 'own', __tostring = never, __eq = never,
              __metatable = false,
            })
            """
        let table = LuaTable(array: [1], pairs: [.init(key: "a", value: 2)])
        #expect(try LuaFixture().run(text) == [.table(table)])
    }

    @Test func functionsAndThreadsReachTheHostAsOpaqueValues() throws {
        let values = try LuaFixture().run("return print, function() end, coroutine.create(print), {print}")
        #expect(
            values == [
                .opaque("function"), .opaque("function"), .opaque("thread"),
                .table(LuaTable(array: [.opaque("function")])),
            ])
    }

    @Test func fiveHundredValuesPassThroughUnchanged() throws {
        let values = try LuaFixture().run(
            "return table.unpack({...}, 1, 500)", arguments: (1...500).map { .integer($0) })
        #expect(values == (1...500).map { .integer($0) })
    }

    @Test func tableKeyThatLuaRefusesIsAnError() throws {
        let lua = try LuaFixture()
        for (key, message) in [
            (LuaValue.number(.nan), "table index is NaN"), (.opaque("function"), "table index is nil"),
        ] {
            let table = LuaValue.table(LuaTable(pairs: [.init(key: key, value: 1)]))
            #expect(throws: LuaError(code: .runtime, message: message)) {
                try lua.run("return ...", arguments: [table])
            }
            #expect(throws: LuaError(code: .runtime, message: message)) { try lua.vm.set("value", to: table) }
            #expect(try shown(lua.run("return pcall(verify)") { _ in .values([table]) }) == "false \(message)")
        }
        let withoutKey = LuaValue.table(LuaTable(pairs: [.init(key: .nil, value: 1)]))
        #expect(try lua.run("return ...", arguments: [withoutKey]) == [.table(LuaTable())])
    }
}

/// Strings as the host shows them.
@Suite struct LuaStringTests {
    static let descriptions: [(bytes: [UInt8], shown: String)] = [
        (Array("plain".utf8), "plain"),
        (Array("中文 é".utf8), "中文 é"),
        ([0x61, 0x00, 0x0A, 0x09, 0x0D, 0x1B, 0x7F], #"a\u{0}\n\t\r\u{1B}\u{7F}"#),
        ([0xFF, 0x61, 0xC3], #"\xFFa\xC3"#),
        ([0xED, 0xA0, 0x80], #"\xED\xA0\x80"#),
        ([0xE4, 0xB8, 0xAD, 0xE4, 0xB8], #"中\xE4\xB8"#),
        (Array("\u{202E}\u{200B}\u{2028}\u{FEFF}".utf8), #"\u{202E}\u{200B}\u{2028}\u{FEFF}"#),
        (Array("\u{9B}".utf8), #"\u{9B}"#),
    ]

    @Test(arguments: descriptions)
    func controlsAndInvalidBytesAreEscaped(_ example: (bytes: [UInt8], shown: String)) {
        #expect(LuaString(example.bytes).description == example.shown)
    }

    @Test func textIsUTF8OrNil() {
        #expect(LuaString(Array("é".utf8)).text == "é")
        #expect(LuaString([0xC3]).text == nil)
        #expect(LuaValue.string(LuaString([0xFF])).text == nil)
        #expect(LuaValue.integer(1).text == nil)
    }
}
