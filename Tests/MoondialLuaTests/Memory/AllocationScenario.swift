// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Work with a state whose memory may run out at any point.
struct AllocationScenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The result with enough memory.
    let expected: String
    /// Whether the result may differ with less memory, because the script catches errors.
    let mayDiffer: Bool
    let perform: @Sendable (LuaFixture) throws -> String

    private init(
        _ name: String, _ expected: String, mayDiffer: Bool = false,
        _ perform: @escaping @Sendable (LuaFixture) throws -> String
    ) {
        testDescription = name
        self.expected = expected
        self.mayDiffer = mayDiffer
        self.perform = perform
    }

    private init(
        _ name: String, _ expected: String, mayDiffer: Bool = false, arguments count: Int = 0, script: String
    ) {
        self.init(name, expected, mayDiffer: mayDiffer) { lua in
            let arguments = Array(repeating: Self.nested, count: count)
            return try shown(lua.run(script, arguments: arguments))
        }
    }

    /// The error that the script ends with.
    private init(_ name: String, error expected: String, script: String) {
        self.init(name, expected) { lua in
            let error = try lua.error(of: script)
            if error.code == .memory { throw error }
            return "\(error.code.rawValue): \(error)"
        }
    }

    private static var nested: LuaValue {
        let inner = LuaTable(array: [1, .number(2.5), .null], isArray: true)
        let text = LuaValue.string(LuaString(repeatElement(UInt8(ascii: "x"), count: 100)))
        return .table(LuaTable(array: ["a", .table(inner)], pairs: [.init(key: "key", value: text)]))
    }

    private static let closable = """
        local function closable(name)
          return setmetatable({}, {__close = function(_, e) note(name, {e}) return {name .. name} end})
        end

        """

    static let all: [AllocationScenario] = values + repairs + waits + errors + closings + wholes

    private static let values: [AllocationScenario] = [
        AllocationScenario(
            "load and run", "3", script: "local t = {1, 2} local function f() return #t + 1 end return f()"),
        AllocationScenario("arguments and results", "table table", arguments: 2, script: "return ..."),
        AllocationScenario("a host call", "table", arguments: 1, script: "return echo(...)"),
        AllocationScenario(
            "functions as arguments", "", script: "for i = 1, 40 do take(function() return i end, {print}) end"),
        AllocationScenario(
            "print", "", script: "print('a', 1, {}, setmetatable({}, {__tostring = function() return 'x' end}))"),
        AllocationScenario("a module", "table", script: "return require 'm'"),
        AllocationScenario("a record", "value") { lua in
            let prelude = "local host = ... host.set_record_class(8, {}) host.freeze_but_for({1}, 'name', print)"
            try lua.vm.runPrelude(prelude, label: "test")
            let thread = try lua.vm.makeThread()
            defer { thread.close() }
            let outcome = thread.start(try lua.load("local r = ... return r.name")) { writer in
                writer.writeRecord(class: 8, expecting: 1) { $0.field("name", "value") }
            }
            if let error = outcome.error { throw error }
            guard case .returned(var reader) = outcome else { throw Surprise("it waits") }
            return shown([reader.nextOrNil()])
        },
    ]

    private static let repairs: [AllocationScenario] = [
        AllocationScenario(
            "a chunk that is repaired", "1",
            script: closable
                + "for k in next, {1}, nil, closable 'a' do local function f() return k end break end return 1"),
        AllocationScenario(
            "a text that is repaired", "function", mayDiffer: true,
            script: "return load('for k in next, {}, nil, nil do local function f() return k end break end')"),
    ]

    private static let waits: [AllocationScenario] = [
        AllocationScenario("a wait", "table", arguments: 1, script: "return verify(...)"),
        AllocationScenario(
            "waits in pcall", "true 2", mayDiffer: true,
            script: "return pcall(function() verify {} return verify(2) end)"),
        AllocationScenario(
            "waits in coroutines", "1 true 2", mayDiffer: true,
            script: """
                local co = coroutine.create(function(a) verify(a) coroutine.yield(a) return verify(2) end)
                local a = coroutine.wrap(function() return select(2, coroutine.resume(co, 1)) end)()
                return a, coroutine.resume(co)
                """),
        AllocationScenario("an error reply", "false test.lua:1: refused", mayDiffer: true) { lua in
            try shown(lua.run("return pcall(verify)") { _ in .error("refused") })
        },
        AllocationScenario("many threads", "50") { lua in
            let function = try lua.load("return verify(...)")
            var threads: [LuaThread] = []
            for _ in 0..<50 {
                let thread = try lua.vm.makeThread()
                threads.append(thread)
                if let error = thread.start(function, arguments: { $0.write(nested) }).error { throw error }
            }
            threads.forEach { $0.close() }
            return "50"
        },
    ]

    private static let errors: [AllocationScenario] = [
        AllocationScenario(
            "a syntax error", error: "syntax: test.lua:1: unexpected symbol near '='", script: "local x = = 'text'"),
        AllocationScenario(
            "an error", error: "runtime: test.lua:1: x1", script: "local function f() error('x' .. 1) end f()"),
        AllocationScenario(
            "an error of a host call", "false test.lua:1: no", mayDiffer: true, script: "return pcall(fail, 'no')"),
        AllocationScenario(
            "errors of a message handler", "false error in error handling", mayDiffer: true,
            script: "return xpcall(error, function(e) error(e .. '!') end, 'x')"),
        AllocationScenario(
            "recursion to the end of the C stack", "false C stack overflow", mayDiffer: true,
            script: "local function f() ('x'):gsub('x', f) end local ok, e = pcall(f) return ok, e:match('C .*')"),
        AllocationScenario(
            "recursion to the end of the stack, in an error of it", "false error", mayDiffer: true,
            script: """
                local function f() return f() + 1 end
                local mt = {__close = function() f() end}
                return pcall(function() local x <close> = setmetatable({}, mt) f() end) and 1 or false, 'error'
                """),
        AllocationScenario(
            "resuming what cannot be resumed", "false cannot resume dead coroutine", mayDiffer: true,
            script: """
                local co = coroutine.create(function() end)
                coroutine.resume(co)
                coroutine.resume(coroutine.running())
                return coroutine.resume(co)
                """),
    ]

    private static let closings: [AllocationScenario] = [
        AllocationScenario(
            "an error with handlers pending", error: "runtime: test.lua:4: error object is a table value",
            script: closable + "local a <close> = closable 'a' local b <close> = closable 'b' error({})"),
        AllocationScenario(
            "closing a coroutine", "false from b", mayDiffer: true,
            script: closable + """
                local co = coroutine.create(function()
                  local a <close> = closable 'a'
                  local b <close> = setmetatable({}, {__close = function() error('from b', 0) end})
                  coroutine.yield()
                end)
                coroutine.resume(co)
                return coroutine.close(co)
                """),
        AllocationScenario("closing a thread that waits", "closed") { lua in
            let (thread, outcome) = try lua.start(
                closable + """
                    local a <close> = closable 'a'
                    coroutine.wrap(function() local b <close> = closable 'b' verify() end)()
                    """)
            thread.close()
            if let error = outcome.error { throw error }
            return "closed"
        },
    ]

    private static let wholes: [AllocationScenario] = [
        AllocationScenario("freezing", "frozen") { lua in
            try lua.vm.set("moondial.config", to: nested)
            try lua.vm.freeze("moondial")
            try lua.vm.freeze("_G")
            return "frozen"
        },
        AllocationScenario("a prelude", "userdata") { lua in
            try lua.vm.runPrelude("local host = ... host.set_class(1, {}) thing = host.object(1, {})", label: "test")
            return try shown(lua.run("return thing"))
        },
    ]
}
