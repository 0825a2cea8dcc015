// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import Testing

/// Stalls: work that takes long within one instruction, where Lua calls no hook.
///
/// No test here depends on the speed of the machine: the preparation has no limit, and the time limit begins right
/// before the instruction that takes long.
@Suite("Stopping what stalls", .enabled(if: Stall.canBeStopped))
struct StallTests {
    private static let budget = budget(.milliseconds(20))

    /// Processor time for a stall.
    private static func budget(_ time: Duration) -> LuaCPUBudget { LuaCPUBudget(call: time, total: .seconds(1000)) }

    /// Runs the text until it stalls and is stopped.
    private func stall(
        _ lua: LuaFixture, _ text: String = Stall.rehash, meter: LuaMeter = LuaMeter(),
        budget: LuaCPUBudget = Self.budget
    ) throws -> LuaError {
        let thread = try lua.vm.makeThread(meter: meter)
        defer { thread.close() }
        try #require(thread.start(try lua.load(text)).isWaiting)
        lua.journal.waits.removeLast()
        meter.beginCall(budget)
        return try #require(thread.resume(thread.ticket) { _ in }?.error, "it ended by itself")
    }

    @Test(arguments: Stall.all)
    func stallIsStoppedAndItsStateIsLost(_ stall: Script) throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        let error = try self.stall(lua, stall.text, meter: meter, budget: Self.budget(.milliseconds(200)))
        #expect(error.code == .cpuTime)
        #expect(error.message == "stopped after 200 ms of processor time")
        #expect(error.site == nil && error.traceback.isEmpty)
        #expect(lua.vm.isLost)
        // Includes the preparation. Without a stop, each takes at least five seconds.
        #expect(meter.cpuTime < .seconds(2))
        #expect(try shown(LuaFixture().run("return 'a new state'")) == "a new state")
    }

    /// The speed of the machine decides where the stop happens: between two comparisons, or within one.
    @Test func comparisonOfLongStringsIsStopped() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        let text = """
            local a = ('\\0'):rep(32 << 20) local b = a .. '\\1'
            verify()
            while true do local _ = a < b end
            """
        let error = try stall(lua, text, meter: meter)
        #expect(error.code == .cpuTime && meter.hasStopped)
        #expect(lua.vm.isLost == (error.site == nil))
    }

    @Test func otherThreadsOfALostStateGetAnError() throws {
        let lua = try LuaFixture()
        let (waiting, outcome) = try lua.start(
            "local x <close> = setmetatable({}, {__close = function() note('closed') end}) return verify()")
        let (closed, _) = try lua.start("pcall(verify)")
        #expect(outcome.isWaiting)
        let function = try lua.load("return 1")
        _ = try stall(lua)

        let ticket = waiting.ticket
        let error = try #require(waiting.resume(ticket) { $0.write(true) }?.error)
        #expect(error.code == .lost)
        #expect(error.message == "the Lua state was lost to another run that stalled it")
        #expect(waiting.resume(ticket) { _ in } == nil)
        #expect(waiting.start(function).error == error)
        closed.close()
        #expect(try lua.vm.makeThread().start(function).error?.code == .lost)
        #expect(lua.journal.notes.isEmpty)
    }

    @Test func lostStateRefusesEverything() throws {
        let lua = try LuaFixture(functions: [HostFunction("give", .takesFunctions) { _ in .returned }])
        let thread = try lua.vm.makeThread()
        _ = try stall(lua)
        #expect { try lua.load("return 1") } throws: { ($0 as? LuaError)?.code == .lost }
        #expect { try lua.vm.set("x", to: .integer(1)) } throws: { ($0 as? LuaError)?.code == .lost }
        #expect { try lua.vm.freeze("_G") } throws: { ($0 as? LuaError)?.code == .lost }
        lua.vm.collectGarbage()
        lua.vm.interrupter.interrupt()
        lua.vm.interrupter.clear()
        thread.close()
        #expect(lua.vm.liveBytes > 0)
    }

    @Test func sameMeterReportsTheSameErrorAgain() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        let function = try lua.load("return 1")
        let error = try stall(lua, meter: meter)
        #expect(try lua.vm.makeThread(meter: meter).start(function).error == error)
    }

    @Test func deadlineEndsAStallToo() throws {
        // The stall must begin before the deadline. Later deadlines are tried for busy machines.
        for milliseconds in [100, 1000, 10_000] as [UInt64] {
            let lua = try LuaFixture()
            let meter = LuaMeter()
            let thread = try lua.vm.makeThread(meter: meter)
            try #require(thread.start(try lua.load(Stall.rehash)).isWaiting)
            meter.deadline = DispatchTime.now().uptimeNanoseconds + milliseconds * 1_000_000
            #expect(thread.resume(thread.ticket) { _ in }?.error?.code == .deadline)
            if lua.vm.isLost { return }
        }
        Issue.record("no deadline ended the stall")
    }

    @Test func interruptEndsAStallWithoutAnyLimit() throws {
        let lua = try LuaFixture.interrupted(after: .milliseconds(50))
        let text = "\(Stall.colliding) announce() t[-step] = true"
        #expect(try lua.vm.makeThread().start(try lua.load(text)).error?.code == .interrupted)
        #expect(lua.vm.isLost)
    }

    /// Waits, and stalls when the waiting thread is closed.
    private static let stallingClose =
        Stall.colliding + " local x <close> = setmetatable({}, {__close = function() t[-step] = true end}) verify()"

    @Test func stallIsStoppedWhileAThreadIsClosed() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load(Self.stallingClose)).isWaiting)
        meter.beginCall(Self.budget)
        thread.close()
        #expect(meter.hasStopped && lua.vm.isLost)
    }

    @Test func stallIsStoppedWhileAHostFunctionClosesAThread() throws {
        let meter = LuaMeter()
        var waiting: LuaThread?
        var didReturn = false
        let lua = try LuaFixture(functions: [
            HostFunction("close") { call in
                waiting?.close()
                #expect(call.site == nil)
                didReturn = true
                return .returned
            }
        ])
        waiting = try lua.vm.makeThread(meter: meter)
        #expect(waiting?.start(try lua.load(Self.stallingClose)).isWaiting == true)
        meter.beginCall(Self.budget)
        let caller = try lua.vm.makeThread()
        #expect(caller.start(try lua.load("pcall(close) note('must not run')")).error?.code == .lost)
        #expect(didReturn && lua.journal.notes.isEmpty)
    }

    @Test func manyLostStatesLeaveNothingBehind() throws {
        func lose() throws {
            let lua = try LuaFixture()
            _ = try lua.start("verify()")
            _ = try stall(lua)
        }
        for _ in 0..<10 { try lose() }
        let before = ProcessMemory.resident ?? 0
        for _ in 0..<80 { try lose() }
        // Each has some 5 MiB. Other tests run at the same time.
        #expect((ProcessMemory.resident ?? 0) - before < 200 << 20)
    }
}

/// Ways to spend a long time in one instruction or in one step of the collector.
enum Stall {
    /// Whether this platform can stop a stall by giving up the Lua state.
    static var canBeStopped: Bool {
        #if os(Linux) && (arch(x86_64) || arch(arm64))
            true
        #else
            false
        #endif
    }

    /// Makes a table `t` that is full of keys which collide as soon as it grows.
    static let colliding = "local t, step = {}, (1 << 17) - 1 for i = 1, 1 << 16 do t[i * step] = true end"
    /// Prepares, calls `verify`, and stalls when `verify` returns. All stalls have this form.
    static let rehash = "\(colliding) verify() t[-step] = true"

    /// Makes a chain of weak keys from `first` on, which takes the collector seconds.
    static let weakChain = """
        local keys, weak = {}, setmetatable({}, {__mode = 'k'})
        for i = 1, 40000 do keys[i] = {} end
        for i = 40000, 2, -1 do local j = math.random(i) keys[i], keys[j] = keys[j], keys[i] end
        for i = 1, 39999 do weak[keys[i]] = keys[i + 1] end
        local first = keys[1]
        keys = nil
        """

    /// Without a stop, each takes seconds.
    static let all: [Script] = [
        Script("colliding keys", rehash, ""),
        Script("colliding keys in a coroutine that catches", "pcall(coroutine.wrap(function() \(rehash) end))", ""),
        Script(
            "a chain of weak keys",
            """
            \(weakChain)
            verify()
            local _ = ('x'):rep(16 << 20)  -- so much that the collector ends its round
            return first
            """, ""),
    ]
}
