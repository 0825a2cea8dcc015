// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Functions that a host function takes, and can call later.
@Suite struct FunctionArgumentTests {
    private func functions(in values: [LuaValue]) -> [LuaFunction] {
        values.flatMap { value -> [LuaFunction] in
            switch value {
            case .function(let function): [function]
            case .table(let table): functions(in: table.array + table.pairs.map(\.value))
            default: []
            }
        }
    }

    @Test func functionArgumentCanBeCalledLater() throws {
        let lua = try LuaFixture()
        try lua.run("local n = 0 take(function(a) n = n + a return n end)")
        let function = try #require(functions(in: lua.journal.taken).first)
        let thread = try lua.vm.makeThread()
        #expect(thread.start(function) { $0.write(2 as Int64) }.values == [2])
        #expect(thread.start(function) { $0.write(3 as Int64) }.values == [5])
        thread.close()
    }

    @Test func functionsInTablesHaveTheirSite() throws {
        let lua = try LuaFixture()
        try lua.run(
            "take({\n  pre_check = function() end,\n  list = {function()\n  end},\n})", name: .file("rules/a.lua"))
        let sites = functions(in: lua.journal.taken).map(\.site.description).sorted()
        #expect(sites == ["rules/a.lua:2", "rules/a.lua:3"])
    }

    @Test func functionsOfUnnamedTextAndOfLuaHaveASite() throws {
        let lua = try LuaFixture()
        try lua.run("take(load('return 1'), print)")
        #expect(
            functions(in: lua.journal.taken).map(\.site.source) == [.label("[string \"return 1\"]"), .label("[C]")])
    }

    @Test func functionArgumentIsTheSameWhenPassedBackToLua() throws {
        let lua = try LuaFixture()
        try lua.run("f = function() return 'same' end take(f)")
        let result = try lua.run("local g = ... return g == f, g()", arguments: [try #require(lua.journal.taken.first)])
        #expect(result == [true, "same"])
    }

    @Test func otherHostFunctionsGetFunctionsAsOpaqueValues() throws {
        let lua = try LuaFixture()
        try lua.run("note(print, {print})")
        #expect(lua.journal.notes == [[.opaque("function"), .table(LuaTable(array: [.opaque("function")]))]])
    }

    @Test func functionIsCollectedOnceTheHostReleasesIt() throws {
        let lua = try LuaFixture()
        try lua.run(
            """
            watch = setmetatable({}, {__mode = 'k'})
            do local f = function() return watch end watch[f] = true take(f) end
            """)
        let churn = "for i = 1, 2e5 do local t = {} end return next(watch) ~= nil"
        #expect(try lua.run(churn) == [true])
        lua.journal.taken = []
        #expect(try lua.run(churn) == [false])
    }

    /// The ways in which a host function may read its arguments.
    enum Reading: CaseIterable { case none, skipping, twice, fields, copies }

    @Test(arguments: Reading.allCases)
    func functionArgumentsLeakNothingHoweverTheyAreRead(_ reading: Reading) throws {
        let lua = try LuaFixture(functions: [
            HostFunction("read", .takesFunctions) { call in
                switch reading {
                case .none: break
                case .skipping:
                    call.arguments.skip()
                    call.arguments.skip()
                case .twice:
                    _ = call.arguments.all
                    _ = call.arguments.all
                case .fields:
                    call.arguments.skip()
                    _ = call.arguments.forEachField { _, value in value.skip() }
                case .copies:
                    var first = call.arguments
                    guard case .function(let function)? = first.next() else { return .raised("no function") }
                    guard case .opaque("function")? = call.arguments.next() else { return .raised("taken twice") }
                    guard function.site.line == 2 else { return .raised("at line \(function.site.line)") }
                }
                return .returned
            }
        ])
        let text = """
            for i = 1, 1000 do
              local f = function() return i end
              read(f, {a = f, b = {f, f}}, f)
              pcall(read, f, {f, setmetatable({}, {}), {{{{{{{{{{{{{{{{{{{}}}}}}}}}}}}}}}}}}}})
            end
            for i = 1, 1e5 do local t = {} end
            return math.floor(collectgarbage('count'))
            """
        guard case .integer(let first)? = try lua.run(text).first else { throw Surprise("no size") }
        guard case .integer(let second)? = try lua.run(text).first else { throw Surprise("no size") }
        #expect(abs(second - first) < 60, "\(first) KiB, then \(second) KiB")
    }
}

/// Values that only the prelude can make.
@Suite struct ObjectTests {
    private static let prelude = """
        local host = ...
        host.set_class(7, {
          __name = 'decision',
          __index = function(self, key) return host.payload(self)[key] end,
          __call = function(self, reason) return host.object(7, {outcome = self.outcome, reason = reason}) end,
        })
        host.set_record_class(8, {
          __index = function(_, key) error('no field ' .. key, 3) end,
          __newindex = function(_, key) error('no change of ' .. key, 2) end,
        })
        deny = host.object(7, {outcome = 'deny'})
        array = host.array
        """

    private func lua() throws -> LuaFixture {
        let lua = try LuaFixture()
        try lua.vm.runPrelude(Self.prelude, label: "test")
        return lua
    }

    @Test func objectsReachTheHostWithTheirPayload() throws {
        let payload = LuaTable(pairs: [.init(key: "outcome", value: "deny")])
        #expect(try lua().run("return deny") == [.object(class: 7, payload: .table(payload))])
        #expect(try shown(lua().run("local d = deny 'why' return d.outcome, d.reason, type(d)")) == "deny why userdata")
    }

    @Test func scriptsCannotMakeOrChangeObjects() throws {
        let lua = try lua()
        #expect(try lua.run("return host, getmetatable(deny)") == [.nil, false])
        #expect(try lua.error(of: "setmetatable(deny, {})").message.contains("table expected"))
        #expect(
            try lua.error(of: "deny.outcome = 'allow'").message == "attempt to index a decision value (global 'deny')")
    }

    /// Runs `text` with a record `r` that has a name and a list: its results.
    private func run(withRecord text: String) throws -> [LuaValue] {
        let lua = try lua()
        let thread = try lua.vm.makeThread()
        defer { thread.close() }
        let outcome = thread.start(try lua.load("local r = ... " + text)) { writer in
            writer.writeRecord(class: 8, expecting: 2) { record in
                record.field("name", "value")
                record.field("list") { field in
                    field.writeRecord(class: 8) { list in
                        list.writeArray(count: 2, isMarked: true) { for each in ["a", "b"] { $0.write(each) } }
                    }
                }
            }
        }
        if let error = outcome.error { throw error }
        guard case .returned(var reader) = outcome else { throw Surprise("it waits") }
        var results: [LuaValue] = []
        while let value = reader.next() { results.append(value) }
        return results
    }

    @Test(arguments: [
        ("return r.name, #r.list, r.list[2], rawget(r, 'name'), rawlen(r.list)", "value 2 b value 2"),
        ("local s = '' for k in pairs(r) do s = s .. #k end return s, next(r.list)", "44 1 a"),
        ("for i, v in ipairs(r.list) do if i == 2 then return v end end", "b"),
        ("return table.concat(r.list), type(r), getmetatable(r)", "ab table false"),
    ])
    func recordsReadLikeTables(text: String, results: String) throws {
        #expect(try shown(run(withRecord: text)) == results)
    }

    @Test(arguments: [
        ("return r.nome", "test.lua:1: no field nome"), ("return r.list[3]", "test.lua:1: no field 3"),
        ("r.name = 'other'", "test.lua:1: no change of name"), ("r.new = 'other'", "test.lua:1: no change of new"),
        ("r.list[1] = 'other'", "test.lua:1: no change of 1"),
        ("rawset(r, 'name', 1)", "test.lua:1: bad argument #1 to 'rawset' (the table is read-only)"),
        ("setmetatable(r, nil)", "test.lua:1: cannot change a protected metatable"),
    ])
    func recordsCanOnlyBeRead(text: String, message: String) throws {
        let error = try #require(throws: LuaError.self) { try run(withRecord: text) }
        #expect(error.description == message)
    }

    @Test func recordsReachTheHostWithTheirContents() throws {
        let list = LuaTable(array: ["a", "b"], isArray: true)
        #expect(
            try run(withRecord: "return r.list, { r.list }") == [.table(list), .table(LuaTable(array: [.table(list)]))])
    }

    @Test func tablesCanBeMarkedAsArrays() throws {
        #expect(
            try lua().run("return array {}, array(array {1})") == [
                .table(LuaTable(isArray: true)), .table(LuaTable(array: [1], isArray: true)),
            ])
    }

    @Test(arguments: ["string", "setmetatable({}, {})", "setmetatable({}, {__metatable = false})"])
    func tablesWithAMetatableCannotBeMarked(_ table: String) throws {
        let lua = try lua()
        #expect(
            try lua.error(of: "array(\(table))").message == "bad argument #1 to 'array' (the table has a metatable)")
        #expect(try shown(lua.run("return string.upper('x')")) == "X")
    }

    @Test func objectsThatContainThemselvesAreTooDeep() throws {
        let lua = try lua()
        let error = try lua.error(of: "local t = {} t.d = deny(t) return t.d")
        #expect(error == LuaError(code: .limit, message: "tables are nested too deep"))
    }

    @Test func tracebacksOmitFramesOfThePrelude() throws {
        let lua = try LuaFixture(functions: [HostFunction("host.check") { _ in .raised("not allowed") }])
        try lua.vm.runPrelude("local host = ... function rule(x) host.check(x) return nil end", label: "test")
        let error = try lua.error(of: "local function outer()\n  rule('a')\nend\nouter()")
        #expect(error.description == "test.lua:2: not allowed")
        #expect(
            error.traceback.map(\.description) == ["test.lua:2: in local 'outer'", "test.lua:4: in main chunk"])
    }

    @Test func errorInThePreludeIsReported() throws {
        let lua = try LuaFixture()
        #expect(throws: LuaError.self) { try lua.vm.runPrelude("error('x')", label: "test") }
        #expect(throws: LuaError.self) { try lua.vm.runPrelude("x =", label: "test") }
    }
}
