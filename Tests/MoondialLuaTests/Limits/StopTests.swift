// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// A text that never ends by itself.
struct Runaway: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String

    init(_ name: String, _ text: String) {
        testDescription = name
        self.text = text
    }

    static let all: [Runaway] = [
        Runaway("a loop", "while true do end"),
        Runaway("goto", "::again:: goto again"),
        Runaway("tail calls", "local function f() return f() end f()"),
        Runaway("pcall", "while true do pcall(function() while true do end end) end"),
        Runaway("xpcall with a handler that loops", "xpcall(error, function() while true do end end)"),
        Runaway("a coroutine", "coroutine.wrap(function() while true do end end)()"),
        Runaway("many coroutines", "while true do coroutine.wrap(function() end)() end"),
        Runaway(
            "coroutines that catch",
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"),
        Runaway("a generator", "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end"),
        Runaway("a comparator", "table.sort({3, 1, 2}, function() while true do end end)"),
        Runaway("a replacement", "('x'):gsub('x', function() while true do end end)"),
        Runaway("__tostring", "tostring(setmetatable({}, {__tostring = function() while true do end end}))"),
        Runaway("__close", "local x <close> = setmetatable({}, {__close = function() while true do end end})"),
        Runaway(
            "__close of what is stopped",
            "local x <close> = setmetatable({}, {__close = function() while true do end end}) while true do end"),
        Runaway("__index", "local t = setmetatable({}, {__index = function() while true do end end}) return t.x"),
        Runaway("load", "while true do load('return 1')() end"),
        Runaway("a load reader", "load(function() while true do end end)"),
        Runaway("errors", "while true do pcall(error, {}) end"),
        Runaway(
            "a hundred thousand closings",
            """
            local mt = {__close = function() while true do end end}
            local function deep(n) local x <close> = setmetatable({}, mt) if n > 0 then deep(n - 1) end while true do end end
            while true do pcall(deep, 100000) end
            """),
    ]
}

@Suite("Stopping what runs")
struct StopTests {
    private func stopped(_ text: String, by meter: LuaMeter, in lua: LuaFixture) throws -> LuaError {
        let thread = try lua.vm.makeThread(meter: meter)
        defer { thread.close() }
        let outcome = thread.start(try lua.load(text))
        return try #require(outcome.error, "it ended by itself")
    }

    @Test(arguments: Runaway.all)
    func runawayIsStoppedWhenItsTimeIsUsedUp(runaway: Runaway) throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(20)
        let error = try stopped(runaway.text, by: meter, in: lua)
        #expect(error.code == .cpuTime)
        #expect(error.message == "stopped after 20 ms of processor time")
        #expect(error.site?.source == .file("test.lua"))
        #expect(meter.hasStopped)
        // The VM can still be used.
        #expect(try shown(lua.run("return coroutine.wrap(function() return 1 + 1 end)()")) == "2")
    }

    @Test func errorOfAStoppedRunHasItsPlace() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(10)
        let error = try stopped("local function spin()\n  while true do end\nend\nspin()", by: meter, in: lua)
        #expect(error.site?.line == 2)
        #expect(error.sourceLine == "  while true do end")
        #expect(error.traceback.map(\.function) == ["local 'spin'", "main chunk"])
    }

    @Test func sameMeterStopsTheNextStartToo() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(5)
        let first = try stopped("while true do end", by: meter, in: lua)
        let second = try stopped("note('must not run')", by: meter, in: lua)
        #expect(second == first)
        #expect(lua.journal.notes.isEmpty)
        meter.cpuLimit = nil
        meter.reset()
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load("return 1")).values == [1])
    }

    @Test func threadCanBeStartedAgainAfterAStop() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(5)
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load("while true do end")).error?.code == .cpuTime)
        meter.cpuLimit = nil
        meter.reset()
        #expect(thread.start(try lua.load("return verify('a')")).isWaiting)
        #expect(thread.resume(thread.ticket) { $0.write(Int64(7)) }?.values == [7])
    }

    @Test func stopAfterAWaitEndsNestedCoroutines() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(10)
        let thread = try lua.vm.makeThread(meter: meter)
        let text = "local f = coroutine.wrap(function() verify() while true do end end) pcall(f) while true do end"
        #expect(thread.start(try lua.load(text)).isWaiting)
        #expect(thread.resume(thread.ticket) { _ in }?.error?.code == .cpuTime)
    }

    @Test func otherThreadsOfTheVMContinueAfterAStop() throws {
        let lua = try LuaFixture()
        let waiting = try lua.vm.makeThread()
        #expect(
            waiting.start(
                try lua.load(
                    "local x <close> = setmetatable({}, {__close = function() note('closed') end}) return verify()")
            ).isWaiting)
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(5)
        _ = try stopped("while true do end", by: meter, in: lua)
        #expect(waiting.resume(waiting.ticket) { $0.write(true) }?.values == [true])
        #expect(lua.journal.notes == [["closed"]])
    }

    @Test func deadlineStopsALoop() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.deadline = 1
        let error = try stopped("while true do end", by: meter, in: lua)
        #expect(error.code == .deadline)
        #expect(error.message == "stopped because its time was over")
    }

    @Test func runIsStoppedAboveItsAllocationLimit() throws {
        let lua = try LuaFixture()
        for text in [
            "local t = {} while true do t[#t + 1] = {} end", "local s = 'x' while true do s = s .. s end",
            "while true do pcall(string.rep, 'x', 1 << 30) end", "while true do local t = {1, 2, 3} end",
            "local function f() return f() + 1 end while true do pcall(f) end",
        ] {
            let meter = LuaMeter()
            meter.allocationLimit = 1 << 20
            let error = try stopped(text, by: meter, in: lua)
            #expect(error.code == .memory, "\(text)")
            #expect(meter.allocated <= 2 << 20)
        }
        #expect(!lua.vm.isFull)
    }

    @Test func allocationUpToTheLimitIsNotStopped() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.allocationLimit = 1 << 20
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load("return #('x'):rep(1 << 18)")).values == [262144])
        #expect(!meter.hasStopped)
    }

    @Test func numberOfCoroutinesIsLimited() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.coroutineLimit = 3
        let text = "for i = 1, ... do coroutine.create(print) end return 'done'"
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load(text)) { $0.write(Int64(3)) }.values == ["done"])
        let error = try stopped("pcall(coroutine.wrap, print) note('must not run')", by: meter, in: lua)
        #expect(error.code == .coroutines)
        #expect(error.message == "stopped at more than 3 coroutines")
        #expect(lua.journal.notes.isEmpty)
    }

    @Test func runThatFillsTheVMIsStopped() throws {
        var configuration = LuaVM.Configuration()
        configuration.liveBytes = 4 << 20
        let vm = try LuaVM(configuration)
        let thread = try vm.makeThread()
        let hog = try vm.load(Array("local t = {} while true do t[#t + 1] = {} end".utf8), name: .label("hog"))
        #expect(thread.start(hog).error?.code == .memory)
        #expect(vm.isFull)
        vm.collectGarbage()
        let innocent = try vm.makeThread()
        #expect(innocent.start(try vm.load(Array("return #{1, 2}".utf8), name: .label("innocent"))).values == [2])
    }

    @Test func closeHandlersOfACancelledThreadAreLimited() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(20)
        let thread = try lua.vm.makeThread(meter: meter)
        let text = """
            local mt = {__close = function() while true do end end}
            local function deep(n) local x <close> = setmetatable({}, mt) if n > 0 then deep(n - 1) else verify() end end
            deep(10000)
            """
        #expect(thread.start(try lua.load(text)).isWaiting)
        thread.close()
        #expect(meter.hasStopped)
        #expect(try shown(lua.run("return 1")) == "1")
    }

    @Test func interruptStopsALoop() throws {
        let lua = try LuaFixture(functions: [])
        let interrupter = lua.vm.interrupter
        // Called before anything runs: stops the next run.
        interrupter.interrupt()
        let error = try stopped("while true do end", by: LuaMeter(), in: lua)
        #expect(error.code == .interrupted)
        // Cleared: stops nothing.
        interrupter.interrupt()
        interrupter.clear()
        #expect(try shown(lua.run("return 1")) == "1")
    }

    @Test func interruptFromAnotherThreadStopsALoop() throws {
        let lua = try LuaFixture.interrupted()
        let text = "announce() while true do pcall(function() while true do end end) end"
        #expect(try stopped(text, by: LuaMeter(), in: lua).code == .interrupted)
    }

    @Test func thousandsOfStopsLeakNoMemory() throws {
        let lua = try LuaFixture()
        let function = try lua.load(
            "local t = {} for i = 1, 200 do t[i] = {} end coroutine.wrap(function() for i = 1, 1e9 do t[i] = {} end end)()"
        )
        func stopOnce() throws {
            let meter = LuaMeter()
            meter.allocationLimit = 64 << 10
            let thread = try lua.vm.makeThread(meter: meter)
            #expect(thread.start(function).error?.code == .memory)
            thread.close()
        }
        for _ in 0..<100 { try stopOnce() }
        lua.vm.collectGarbage()
        let before = lua.vm.liveBytes
        for _ in 0..<10_000 { try stopOnce() }
        lua.vm.collectGarbage()
        #expect(lua.vm.liveBytes <= before + 4096)
    }
}
