// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import ProcessorClocks
import Testing

/// All work of a run is measured and can be stopped, and only the work of that run counts.
@Suite struct SliceTests {
    // MARK: - Time without a processor

    /// Calls a host function that sleeps for longer than the time limit: meanwhile, the thread uses no processor time.
    /// `seen`: whether the watchdog runs again before the run ends.
    private func runWithoutProcessor(seen: Bool) throws -> (outcome: LuaOutcome, meter: LuaMeter) {
        var vm: LuaVM?
        let lua = try LuaFixture(functions: [
            HostFunction("pause") { _ in
                Thread.sleep(forTimeInterval: 0.3)
                if seen {
                    vm?.isOverlooked = false
                    Thread.sleep(forTimeInterval: 0.1)
                }
                return .returned
            }
        ])
        vm = lua.vm
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(100)
        let thread = try lua.vm.makeThread(meter: meter)
        let function = try lua.load("pause() for i = 1, 1000 do end return 'fine'")
        lua.vm.isOverlooked = true
        return (thread.start(function), meter)
    }

    @Test(arguments: [true, false])
    func timeWithoutAProcessorDoesNotCount(seen: Bool) throws {
        let (outcome, meter) = try runWithoutProcessor(seen: seen)
        #expect(outcome.values == ["fine"])
        #expect(meter.cpuTime < .milliseconds(100))
    }

    @Test func workCountsEvenIfTheWatchdogDidNotRun() throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(1)
        let thread = try lua.vm.makeThread(meter: meter)
        let function = try lua.load("for i = 1, 2e8 do end")
        lua.vm.isOverlooked = true
        #expect(thread.start(function).values == [])
        // No machine runs the loop in less time: it would need several operations in a nanosecond.
        #expect(meter.cpuTime > .milliseconds(20))
        #expect(thread.start(function).error?.code == .cpuTime)
    }

    // MARK: - Garbage collection during work of the host

    /// A chain of weak keys, which takes the collector seconds. Then so much memory without a new object that the
    /// next object starts the collector.
    private static let collects = """
        \(Stall.weakChain)
        local list = {}
        for i = 1, (1 << 21) + 1 do list[i] = true end
        verify()
        return first, list
        """

    @Test(.enabled(if: Stall.canBeStopped))
    func collectionDuringThreadCreationIsLimited() throws {
        let lua = try LuaFixture()
        let function = try lua.load("return 1")
        let (waiting, outcome) = try lua.start(Self.collects)
        #expect(outcome.isWaiting)
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(20)
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(function).error?.code == .cpuTime)
        #expect(lua.vm.isLost)
        waiting.close()
    }

    // MARK: - Functions of the C library

    /// Each takes many seconds within one call of a function of the standard library.
    private static let libraryWork: [Script] = [
        Script("string.format", "('%d'):rep(1000):format(table.unpack(all))", ""),
        Script("string.format with a precision", "('%.1s'):rep(1000):format(table.unpack(all))", ""),
        Script("string.char", "string.char(table.unpack(all))", ""),
        Script("string.pack", "string.pack(('b'):rep(1000), table.unpack(all))", ""),
        Script("utf8.char", "utf8.char(table.unpack(all))", ""),
        Script("math.max", "math.max(table.unpack(all))", ""),
        Script("table.concat of its position", "for i = 1, 1000 do table.concat(all, '', number, number) end", ""),
        Script("arithmetic", "for i = 1, 1000 do local _ = number + number end", ""),
        Script("tonumber", "for i = 1, 1000 do tonumber(number) end", ""),
        Script("tonumber with a base", "for i = 1, 1000 do tonumber(number:sub(3), 10) end", ""),
        Script("comparing", "local other = number .. '1' for i = 1, 1000 do local _ = number < other end", ""),
        Script("sorting", "for i = 1, 1000 do all[i] = number .. i end table.sort(all)", ""),
    ]

    @Test(.enabled(if: Stall.canBeStopped && !Sanitizer.isOfThreads), arguments: libraryWork)
    func longWorkInTheCLibraryIsStopped(_ work: Script) throws {
        let lua = try LuaFixture()
        let meter = LuaMeter()
        let thread = try lua.vm.makeThread(meter: meter)
        let text = """
            local number, all = '1.' .. ('0'):rep(8 << 20), {}
            for i = 1, 1000 do all[i] = number end
            verify();
            \(work.text)
            """
        #expect(thread.start(try lua.load(text)).isWaiting)
        let before = meter.cpuTime
        meter.beginCall(LuaCPUBudget(call: .milliseconds(20), total: .seconds(1000)))
        let error = thread.resume(thread.ticket) { _ in }?.error
        #expect(error?.code == .cpuTime || error?.code == .memory)
        // Without a stop, the shortest of them takes several times as long.
        #expect(meter.cpuTime - before < .seconds(2))
    }
}
