// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Library tables, frozen globals and configuration can be read as usual, but not changed.
@Suite struct ReadOnlyTableTests {
    private static let libraries = ["coroutine", "math", "os", "string", "table", "utf8"]

    @Test(arguments: libraries)
    func libraryFieldsCannotBeAssigned(_ library: String) throws {
        let lua = try LuaFixture()
        for key in ["format", "own"] {
            let error = try lua.error(of: "local a\n\(library).\(key) = print")
            #expect(error.description == "test.lua:2: cannot assign field '\(key)': '\(library)' is read-only")
        }
        #expect(try lua.error(of: "\(library)[1] = 2").message == "cannot assign field '1': '\(library)' is read-only")
        #expect(
            try lua.error(of: "\(library)[{}] = 2").message == "cannot assign field 'table': '\(library)' is read-only")
    }

    /// What a script may try, with the error it gets.
    static let attempts: [Script] = [
        Script("rawset", "rawset(string, 'format', print)", "bad argument #1 to 'rawset' (the table is read-only)"),
        Script(
            "rawset in pcall", "error(select(2, pcall(rawset, string, 'format', print)), 0)",
            "bad argument #1 to 'rawset' (the table is read-only)"),
        Script("table.insert", "table.insert(string, print)", "cannot assign field '1': 'string' is read-only"),
        Script("table.remove", "table.remove(string)", "cannot assign field '0': 'string' is read-only"),
        Script("table.move", "table.move({1}, 1, 1, 5, string)", "cannot assign field '5': 'string' is read-only"),
        Script("setmetatable", "setmetatable(string, {})", "cannot change a protected metatable"),
        Script("setmetatable to nil", "setmetatable(string, nil)", "cannot change a protected metatable"),
        Script(
            "a change in pairs", "for k, v in pairs(string) do string[k] = nil end",
            "cannot assign field "),
        Script(
            "the string metatable", "getmetatable('').__index = {}", "attempt to index a boolean value"),
        Script("the string metatable's methods", "(''):upper().own = 1", "attempt to index a string value"),
    ]

    @Test(arguments: attempts)
    func libraryCannotBeChangedIndirectly(_ script: Script) throws {
        let lua = try LuaFixture()
        let error = try lua.error(of: script.text)
        #expect(error.message.hasPrefix(script.expected), "\(error.message)")
        #expect(try shown(lua.run("return ('x'):upper(), string.format('%d', 1), string.own")) == "X 1 nil")
    }

    @Test func contentsOfALibraryCanBeRead() throws {
        let text = """
            local names = {}
            for name, value in pairs(string) do
              names[#names + 1] = name
              assert(string[name] == value and rawget(string, name) == value)
            end
            local count = 0
            local name
            repeat name = next(string, name) count = count + 1 until not name
            return #names, count - 1, next(string) ~= nil, rawget(string, 'nothing'), next({}), rawequal(string, string)
            """
        #expect(try shown(LuaFixture().run(text)) == "16 16 true nil nil true")
    }

    @Test func tableBehindALibraryStaysHidden() throws {
        let text = """
            local seen = {}
            local iterate, state = pairs(string)
            assert(state == string)
            assert(getmetatable(string) == false and getmetatable('') == false and getmetatable(_G) == nil)
            for name, value in pairs(_G) do assert(value ~= state or value == string) end
            return rawlen(string), #string
            """
        #expect(try shown(LuaFixture().run(text)) == "0 0")
    }

    // MARK: - Globals

    @Test func frozenGlobalsNameTheLineThatAssigns() throws {
        let lua = try LuaFixture()
        try lua.run("shared = 1")
        try lua.vm.freeze("_G")
        let error = try lua.error(of: "local x = shared\nif x then\n  counter = x\nend", name: .file("rules/a.lua"))
        #expect(
            error.description == """
                rules/a.lua:3: cannot assign the global 'counter': globals are read-only once the rules have loaded \
                (use 'local counter')
                """)
        #expect(error.sourceLine == "  counter = x")
        #expect(try lua.error(of: "shared = 2").site?.line == 1)
        #expect(try lua.error(of: "_G.shared = 2").message.hasPrefix("cannot assign the global 'shared'"))
        #expect(try lua.error(of: "rawset(_G, 'shared', 2)").message.contains("the table is read-only"))
        #expect(try lua.error(of: "setmetatable(_G, nil)").message == "cannot change a protected metatable")
        #expect(try lua.error(of: "load('shared = 2')()").message.hasPrefix("cannot assign the global 'shared'"))
        #expect(try lua.error(of: "table.insert(_G, 2)").message.hasPrefix("cannot assign the global '1'"))
        #expect(try shown(lua.run("return shared, _G.shared, rawget(_G, 'shared'), undefined")) == "1 1 1 nil")
    }

    @Test func frozenGlobalsCanBeListedAndShadowed() throws {
        let lua = try LuaFixture()
        try lua.run("shared = 1")
        let before = try lua.run("local n = 0 for _ in pairs(_G) do n = n + 1 end return n")
        try lua.vm.freeze("_G")
        #expect(try lua.run("local n = 0 for _ in pairs(_G) do n = n + 1 end return n") == before)
        #expect(try shown(lua.run("local shared = 2 return shared, _G == _G._G, next(_G) ~= nil")) == "2 true true")
        #expect(try shown(lua.run("local _ENV = {} x = 1 return x")) == "1")
        #expect(try shown(lua.run("local env = {} load('x = 1', 'c', 't', env)() return env.x")) == "1")
    }

    @Test func equalValueCanBeAssignedToAFrozenTable() throws {
        let lua = try LuaFixture()
        try lua.run("shared = 1")
        try lua.vm.freeze("_G")
        let text = """
            table.unpack = table.unpack or unpack
            string.format = string.format
            shared = shared
            _G.shared = 1
            return table.unpack({3})
            """
        #expect(try shown(lua.run(text)) == "3")
        #expect(
            try lua.error(of: "table.unpack = unpack").message == "cannot assign field 'unpack': 'table' is read-only")
    }

    // MARK: - Tables of the host

    private func fixtureWithConfiguration() throws -> LuaFixture {
        let lua = try LuaFixture()
        let limits = LuaTable(pairs: [.init(key: "most", value: 3)])
        let list = LuaTable(array: ["a", "b", .table(limits)])
        let empty = LuaTable(isArray: true)
        try lua.vm.set(
            "moondial.config",
            to: .table(
                LuaTable(pairs: [
                    .init(key: "list", value: .table(list)), .init(key: "empty", value: .table(empty)),
                ])))
        return lua
    }

    @Test func freezeAppliesToNestedTables() throws {
        let lua = try fixtureWithConfiguration()
        try lua.vm.freeze("moondial")
        let cases = [
            "moondial.config = 1": "cannot assign field 'config': 'moondial' is read-only",
            "moondial.config.list = 1": "cannot assign field 'list': 'moondial.config' is read-only",
            "moondial.config.list[1] = 1": "cannot assign field '1': 'moondial.config.list' is read-only",
            "table.sort(moondial.config.list)": "attempt to compare table with string",
            "table.insert(moondial.config.list, 1)": "cannot assign field '4': 'moondial.config.list' is read-only",
            "moondial.config.list[3].most = 4": "cannot assign field 'most': 'moondial.config.list.?' is read-only",
        ]
        for (text, message) in cases { #expect(try lua.error(of: text).message == message) }
    }

    @Test func frozenArraysReadLikeArrays() throws {
        let lua = try fixtureWithConfiguration()
        try lua.vm.freeze("moondial")
        let text = """
            local list = moondial.config.list
            local n = 0
            for i, v in ipairs(list) do n = n + i end
            return #list, rawlen(list), n, table.concat(list, '-', 1, 2), select('#', table.unpack(list)), list[3].most
            """
        #expect(try shown(lua.run(text)) == "3 3 6 a-b 3 3")
    }

    @Test func frozenTablesAreReturnedToTheHostWithTheirContents() throws {
        let lua = try fixtureWithConfiguration()
        let before = try lua.run("return moondial.config.list, moondial.config.empty")
        try lua.vm.freeze("moondial")
        let after = try lua.run("return moondial.config.list, moondial.config.empty")
        #expect(after == before)
        guard case .table(let empty)? = after.last else { throw Surprise("no table") }
        #expect(empty.isArray)
    }

    @Test func freezingTwiceChangesNothing() throws {
        let lua = try fixtureWithConfiguration()
        try lua.vm.freeze("moondial.config")
        try lua.vm.freeze("moondial")
        try lua.vm.freeze("moondial")
        try lua.vm.freeze("string")
        try lua.vm.freeze("_G")
        try lua.vm.freeze("_G")
        let text = "return #moondial.config.list, string.upper('x'), moondial.config.list[3].most"
        #expect(try shown(lua.run(text)) == "3 X 3")
    }

    @Test func cyclicTablesCanBeFrozen() throws {
        let lua = try LuaFixture()
        try lua.run("tree = {a = {b = {}}} tree.a.b.a = tree.a tree.self = tree")
        try lua.vm.freeze("tree")
        #expect(try shown(lua.run("return tree.a.b.a == tree.a, tree.self == tree")) == "true true")
        let error = try lua.error(of: "tree.self.a.b.a.b.x = 1")
        #expect(error.message == "cannot assign field 'x': 'tree.a.b' is read-only")
    }

    @Test func hostCannotSetAFieldOfAFrozenTable() throws {
        let lua = try fixtureWithConfiguration()
        try lua.vm.freeze("moondial")
        #expect(throws: LuaError(code: .runtime, message: "cannot assign field 'new': 'moondial' is read-only")) {
            try lua.vm.set("moondial.new", to: 1)
        }
        #expect(throws: LuaError(code: .runtime, message: "'nothing.here' is not a table")) {
            try lua.vm.freeze("nothing.here")
        }
    }
}
