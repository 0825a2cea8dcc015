// SPDX-License-Identifier: MIT

import MoondialLua
import Testing
import TextFormats

/// Many threads in one VM, and replies that come in any order, late or twice.
@Suite struct InFlightTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func threadsFinishInAnyOrder(seed: UInt64) throws {
        let lua = try LuaFixture()
        let function = try lua.load(
            """
            local number = ...
            local own <close> = setmetatable({}, {__close = function() note('closed', number) end})
            local first = coroutine.wrap(function() return verify(number) end)()
            local ok, second = pcall(verify, first + 1000)
            return number, first, second
            """)
        let count = 1000
        var threads: [LuaThread] = []
        for number in 0..<count {
            let thread = try lua.vm.makeThread()
            #expect(thread.start(function) { $0.write(Int64(number)) }.isWaiting)
            threads.append(thread)
        }
        var random = SplitMix(seed: seed)
        var finished: [Int64: [LuaValue]] = [:]
        while !lua.journal.waits.isEmpty {
            let wait = lua.journal.waits.remove(at: Int.random(in: 0..<lua.journal.waits.count, using: &random))
            guard case .integer(let number)? = wait.arguments.first else { throw Surprise("no number") }
            guard let outcome = wait.end(with: .values([.integer(number)])) else { throw Surprise("dropped") }
            if let values = outcome.values { finished[number - 1000] = values } else { #expect(outcome.isWaiting) }
        }
        #expect(finished.count == count)
        for (number, values) in finished {
            #expect(values == [.integer(number), .integer(number), .integer(number + 1000)])
        }
        #expect(lua.journal.notes.count == count)
        threads.forEach { $0.close() }
    }

    @Test func secondReplyIsDropped() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start("verify() note('once') verify() note('twice')")
        let last = lua.journal.waits.popLast()
        let first = try #require(last)
        #expect(first.end(with: .values([]))?.isWaiting == true)
        #expect(first.end(with: .values([])) == nil)
        #expect(first.end(with: .error("late")) == nil)
        #expect(lua.journal.notes == [["once"]])
        #expect(lua.journal.waits.popLast()?.end(with: .values([]))?.values == [])
        #expect(first.end(with: .values([])) == nil)
        thread.close()
    }

    @Test func replyAfterCloseIsDropped() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start("verify() note('never')")
        let last = lua.journal.waits.popLast()
        let wait = try #require(last)
        thread.close()
        #expect(wait.end(with: .values([])) == nil)
        thread.close()
        #expect(lua.journal.notes.isEmpty)
    }

    @Test func lateReplyToAnEarlierThreadIsDropped() throws {
        let lua = try LuaFixture()
        let (before, _) = try lua.start("verify() note('before')")
        let last = lua.journal.waits.popLast()
        let late = try #require(last)
        before.close()
        let (after, _) = try lua.start("verify() note('after')")  // reuses the coroutine
        #expect(late.thread.resume(late.ticket) { _ in } == nil)
        #expect(after.resume(late.ticket) { _ in } == nil)
        #expect(lua.journal.notes.isEmpty)
        #expect(lua.journal.waits.popLast()?.end(with: .values([]))?.values == [])
        #expect(lua.journal.notes == [["after"]])
        after.close()
    }

    @Test func oneThreadRunsSeveralCallsInTurn() throws {
        let lua = try LuaFixture()
        let thread = try lua.vm.makeThread()
        let good = try lua.load("return 'good'")
        let bad = try lua.load("error('bad')")
        let waits = try lua.load("return verify()")
        #expect(thread.start(good).values == ["good"])
        #expect(thread.start(bad).error?.message == "bad")
        #expect(thread.start(waits).isWaiting)
        #expect(lua.journal.waits.popLast()?.end(with: .error("x"))?.error?.message == "x")
        #expect(thread.start(good).values == ["good"])
        thread.close()
    }

    @Test func coroutineCanContinueInAnotherThread() throws {
        let lua = try LuaFixture()
        try lua.run("shared = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(verify(i)) end end)")
        #expect(try shown(lua.run("return shared()")) == "1")
        #expect(try shown(lua.run("return shared(), shared()")) == "2 3")
    }

    @Test func waitingCoroutinesHaveStatusNormalInOtherThreads() throws {
        let lua = try LuaFixture()
        let (thread, _) = try lua.start(
            """
            host = coroutine.running()
            inner = coroutine.create(function() verify() coroutine.yield('yielded') end)
            wrapped = coroutine.wrap(function() coroutine.resume(inner) return coroutine.status(inner) end)
            return wrapped()
            """)
        let last = lua.journal.waits.popLast()
        let wait = try #require(last)
        let probe = """
            local results = {}
            for i, co in ipairs {host, inner} do
              results[#results + 1] = coroutine.status(co)
              results[#results + 1] = select(2, coroutine.resume(co))
              results[#results + 1] = select(2, pcall(coroutine.close, co))
            end
            results[#results + 1] = select(2, pcall(wrapped))
            results[#results + 1] = coroutine.status(coroutine.running())
            return table.concat(results, '; ')
            """
        #expect(
            try shown(lua.run(probe)) == """
                normal; cannot resume non-suspended coroutine; cannot close a normal coroutine; \
                normal; cannot resume non-suspended coroutine; cannot close a normal coroutine; \
                cannot resume non-suspended coroutine; running
                """)
        #expect(wait.end(with: .values([]))?.values == ["suspended"])
        #expect(try shown(lua.run("return coroutine.status(host), coroutine.close(inner)")) == "dead true")
        thread.close()
    }
}
