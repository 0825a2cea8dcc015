// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// A thread that is closed while it waits.
@Suite struct ClosingTests {
    private static let closable = """
        local function closable(name)
          return setmetatable({}, {__close = function(_, e)
            note(name, tostring(e), select(2, pcall(verify)))
          end})
        end

        """
    private static let refused =
        "test.lua:3: verify cannot wait inside a __close metamethod of a coroutine that is being closed"

    @Test func closeHandlersRunOnceAndCannotWait() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start(
            Self.closable + "local a <close> = closable 'a' do local b <close> = closable 'b' verify() end")
        thread.close()
        thread.close()
        #expect(lua.journal.notes.map(shown) == ["b nil \(Self.refused)", "a nil \(Self.refused)"])
        #expect(lua.journal.verified == 1)
    }

    @Test(arguments: [true, false])
    func closingAThreadClosesTheCoroutinesItWaitsIn(_ wrapped: Bool) throws {
        let lua = try LuaFixture()
        let (thread, outcome) = try lua.start(
            Self.closable + """
                local function nest(n)
                  local own <close> = closable(n)
                  if n == 0 then return verify() end
                  inner = coroutine.create(nest)
                  if \(wrapped) then return coroutine.wrap(nest)(n - 1) end
                  return coroutine.resume(inner, n - 1)
                end
                nest(3)
                """)
        #expect(outcome.isWaiting)
        thread.close()
        #expect(lua.journal.notes.map(shown) == (0...3).map { "\($0) nil \(Self.refused)" })
        guard !wrapped else { return }
        #expect(
            try shown(lua.run("return coroutine.status(inner), coroutine.resume(inner)"))
                == "dead false cannot resume dead coroutine")
    }

    @Test func closeHandlersCannotWaitThroughACoroutine() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start(
            """
            local own <close> = setmetatable({}, {__close = function()
              note(select(2, pcall(coroutine.wrap(function() return pcall(verify) end))))
              note(coroutine.resume(coroutine.create(verify)))
              note(pcall(table.sort, {3, 2, 1}, function() verify() end))
            end})
            verify()
            """)
        thread.close()
        let refused = "verify cannot wait inside a __close metamethod of a coroutine that is being closed"
        #expect(
            lua.journal.notes.map(shown) == [
                "false test.lua:2: \(refused)", "false \(refused)",
                "false test.lua:4: verify cannot wait inside a table.sort comparator",
            ])
        #expect(lua.journal.verified == 1)
    }

    @Test func errorInACloseHandlerDoesNotSkipTheOthers() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start(
            """
            local a <close> = setmetatable({}, {__close = function(_, e) note('a', e) end})
            local b <close> = setmetatable({}, {__close = function(_, e) note('b', e) error('from b', 0) end})
            verify()
            """)
        thread.close()
        #expect(lua.journal.notes.map(shown) == ["b nil", "a from b"])
        #expect(try shown(lua.run("return 'fine'")) == "fine")
    }

    @Test func closeHandlersRunBeforeAnErrorIsReported() throws {
        let lua = try LuaFixture()
        let error = try lua.error(
            of: "local a <close> = setmetatable({}, {__close = function(_, e) note(e, {1, 2, 3}) end})\nerror('x')")
        #expect(error.description == "test.lua:2: x")
        #expect(
            error.traceback.map(\.description) == [
                "[standard library]: in function 'error'", "test.lua:2: in main chunk",
            ])
        #expect(lua.journal.notes.map(shown) == ["test.lua:2: x table"])
    }

    @Test func releasedThreadIsClosedAndUnknownToHostFunctions() throws {
        var seen: [Bool] = []
        let lua = try LuaFixture(functions: [
            HostFunction("whose") { call in
                seen.append(call.thread == nil)
                return .returned
            }
        ])
        do {
            let function = try lua.load(
                "local a <close> = setmetatable({}, {__close = function() whose() end}) whose() verify()")
            let thread = try lua.vm.makeThread()
            #expect(thread.start(function).isWaiting)
            lua.journal.waits = []
        }
        #expect(seen == [false, true])
        #expect(try shown(lua.run("return 'fine'")) == "fine")
    }

    @Test func closingAThreadInAHostCallKeepsThatCallIntact() throws {
        var victim: LuaThread?
        let lua = try LuaFixture(functions: [
            HostFunction("end_other") { call in
                call.results.write("before")
                let argument = call.arguments
                victim?.close()
                victim = nil  // the thread keeps the state, which keeps this function
                call.results.write("after")
                for value in argument.all { call.results.write(value) }
                return .returned
            }
        ])
        victim = try lua.start(
            "local a <close> = setmetatable({}, {__close = function() note('closed', ('x'):rep(2000)) end}) verify()"
        ).thread
        #expect(try shown(lua.run("return end_other('kept', 1.5, {})")) == "before after kept 1.5 table")
        #expect(lua.journal.notes.count == 1)
    }

    @Test func threadClosedInsideXpcallIsReusedCleanly() throws {
        // Lua 5.4.4 keeps the stack index of a message handler when a coroutine is closed inside of xpcall.
        let lua = try LuaFixture()
        let deep = """
            local function deep(n)
              if n == 0 then xpcall(verify, function(e) note('handler', e) return e end) return 1 end
              return deep(n - 1) + 0
            end
            local own <close> = setmetatable({}, {__close = function()
              for i = 1, 50 do pcall(error, 'shrinks the stack') end
              error('in the closing handler')
            end})
            deep(10000)
            """
        for _ in 1...3 {
            let (thread, outcome) = try lua.start(deep)
            #expect(outcome.isWaiting)
            thread.close()
            #expect(try lua.error(of: "error('after')").message == "after")
        }
        let inScript =
            "local co = coroutine.create(function() \(deep) end) " + """
                verify = coroutine.yield
                coroutine.resume(co)
                return coroutine.close(co)
                """
        #expect(try shown(lua.run(inScript)) == "false test.lua:7: in the closing handler")
        #expect(lua.journal.notes.isEmpty)
    }

    @Test func chainsOfCloseHandlersEnd() throws {
        // Each coroutine closes the next; in stock Lua 5.4.4 thirty thousand of them overflow the C stack.
        let lua = try LuaFixture()
        let values = try lua.run(
            """
            local co, errors = nil, {}
            for i = 1, 30000 do
              local next = co
              co = coroutine.create(function()
                local own <close> = setmetatable({}, {__close = function()
                  if next then
                    local ok, e = pcall(coroutine.close, next)
                    if not ok then errors[#errors + 1] = e end
                  end
                end})
                coroutine.yield()
              end)
              coroutine.resume(co)
            end
            return coroutine.close(co), #errors, errors[1]
            """)
        #expect(shown(values) == "true 1 C stack overflow")
    }
}
