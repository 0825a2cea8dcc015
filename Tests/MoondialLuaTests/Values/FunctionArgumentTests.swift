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

    @Test func aFunctionCanBeCalledLater() throws {
        let lab = try Lab()
        try lab.run("local n = 0 take(function(a) n = n + a return n end)")
        let function = try #require(functions(in: lab.journal.taken).first)
        let thread = try lab.vm.makeThread()
        #expect(thread.start(function) { $0.write(2 as Int64) }.values == [2])
        #expect(thread.start(function) { $0.write(3 as Int64) }.values == [5])
        thread.close()
    }

    @Test func functionsInTablesHaveTheirSite() throws {
        let lab = try Lab()
        try lab.run(
            "take({\n  pre_check = function() end,\n  list = {function()\n  end},\n})", name: .file("rules/a.lua"))
        let sites = functions(in: lab.journal.taken).map(\.site.description).sorted()
        #expect(sites == ["rules/a.lua:2", "rules/a.lua:3"])
    }

    @Test func functionsOfUnnamedTextAndOfLuaHaveASite() throws {
        let lab = try Lab()
        try lab.run("take(load('return 1'), print)")
        #expect(
            functions(in: lab.journal.taken).map(\.site.source) == [.label("[string \"return 1\"]"), .label("[C]")])
    }

    @Test func functionsGoBackIntoLua() throws {
        let lab = try Lab()
        try lab.run("f = function() return 'same' end take(f)")
        let result = try lab.run("local g = ... return g == f, g()", arguments: [lab.journal.taken[0]])
        #expect(result == [true, "same"])
    }

    @Test func otherHostFunctionsDoNotTakeThem() throws {
        let lab = try Lab()
        try lab.run("note(print, {print})")
        #expect(lab.journal.notes == [[.opaque("function"), .table(LuaTable(array: [.opaque("function")]))]])
    }

    @Test func aFunctionIsCollectedOnceItsObjectIsGone() throws {
        let lab = try Lab()
        try lab.run(
            """
            watch = setmetatable({}, {__mode = 'k'})
            do local f = function() return watch end watch[f] = true take(f) end
            """)
        let churn = "for i = 1, 2e5 do local t = {} end return next(watch) ~= nil"
        #expect(try lab.run(churn) == [true])
        lab.journal.taken = []
        #expect(try lab.run(churn) == [false])
    }

    /// What a host function may do with its arguments.
    enum Reading: CaseIterable { case none, skipping, twice, fields, copies }

    @Test(arguments: Reading.allCases)
    func noReferenceIsLeftHoweverArgumentsAreRead(_ reading: Reading) throws {
        let lab = try Lab(functions: [
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
        guard case .integer(let first)? = try lab.run(text).first else { throw Surprise("no size") }
        guard case .integer(let second)? = try lab.run(text).first else { throw Surprise("no size") }
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
        host.set_record_class(8, {__index = function(_, key) error('no field ' .. key, 2) end})
        deny = host.object(7, {outcome = 'deny'})
        array = host.array
        """

    private func lab() throws -> Lab {
        let lab = try Lab()
        try lab.vm.runPrelude(Self.prelude, label: "test")
        return lab
    }

    @Test func objectsCrossWithTheirPayload() throws {
        let payload = LuaTable(pairs: [.init(key: "outcome", value: "deny")])
        #expect(try lab().run("return deny") == [.object(class: 7, payload: .table(payload))])
        #expect(try shown(lab().run("local d = deny 'why' return d.outcome, d.reason, type(d)")) == "deny why userdata")
    }

    @Test func scriptsCannotReachWhatMakesObjects() throws {
        let lab = try lab()
        #expect(try lab.run("return host, getmetatable(deny)") == [.nil, false])
        #expect(try lab.error(of: "setmetatable(deny, {})").message.contains("table expected"))
        #expect(
            try lab.error(of: "deny.outcome = 'allow'").message == "attempt to index a decision value (global 'deny')")
    }

    @Test func recordsHaveTheirClass() throws {
        let lab = try lab()
        let function = try lab.load("local r = ... note(r.name, getmetatable(r)) return r.nome")
        let thread = try lab.vm.makeThread()
        let outcome = thread.start(function) { writer in
            writer.writeRecord(class: 8, expecting: 1) { $0.field("name", "value") }
        }
        #expect(outcome.error?.description == "test.lua:1: no field nome")
        #expect(lab.journal.notes == [["value", false]])
        thread.close()
    }

    @Test func tablesCanBeMarkedAsArrays() throws {
        #expect(
            try lab().run("return array {}, array(array {1})") == [
                .table(LuaTable(isArray: true)), .table(LuaTable(array: [1], isArray: true)),
            ])
    }

    @Test(arguments: ["string", "setmetatable({}, {})", "setmetatable({}, {__metatable = false})"])
    func tablesWithAMetatableCannotBeMarked(_ table: String) throws {
        let lab = try lab()
        #expect(
            try lab.error(of: "array(\(table))").message == "bad argument #1 to 'array' (the table has a metatable)")
        #expect(try shown(lab.run("return string.upper('x')")) == "X")
    }

    @Test func objectsThatContainThemselvesAreTooDeep() throws {
        let lab = try lab()
        let error = try lab.error(of: "local t = {} t.d = deny(t) return t.d")
        #expect(error == LuaError(code: .limit, message: "tables are nested too deep"))
    }

    @Test func preludeFramesAndNamesStayOut() throws {
        let lab = try Lab(functions: [HostFunction("host.check") { _ in .raised("not allowed") }])
        try lab.vm.runPrelude("local host = ... function rule(x) host.check(x) return nil end", label: "test")
        let error = try lab.error(of: "local function outer()\n  rule('a')\nend\nouter()")
        #expect(error.description == "test.lua:2: not allowed")
        #expect(
            error.traceback.map(\.description) == ["test.lua:2: in local 'outer'", "test.lua:4: in main chunk"])
    }

    @Test func anErrorInThePreludeIsReported() throws {
        let lab = try Lab()
        #expect(throws: LuaError.self) { try lab.vm.runPrelude("error('x')", label: "test") }
        #expect(throws: LuaError.self) { try lab.vm.runPrelude("x =", label: "test") }
    }
}
