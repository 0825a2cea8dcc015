// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Host functions and the limits of the run that called them.
@Suite struct HostWorkTests {
    @Test func hostFunctionSeesThatItsRunMustStop() throws {
        let lua = try LuaFixture(functions: [
            HostFunction("work") { call in
                while !call.work.isStopping {}
                return .returned
            }
        ])
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(5)
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load("pcall(work) note('must not run')")).error?.code == .cpuTime)
        #expect(lua.journal.notes.isEmpty)
        #expect(try shown(lua.run("return 1")) == "1")
    }

    @Test func memoryThatAHostFunctionChargesCountsForItsRun() throws {
        var answers: [Bool] = []
        let lua = try LuaFixture(functions: [
            HostFunction("allocate") { call in
                answers.append(call.work.charge(bytes: 600_000))
                return .returned
            }
        ])
        let meter = LuaMeter()
        meter.allocationLimit = 1_000_000
        let thread = try lua.vm.makeThread(meter: meter)
        let text = "allocate() note('may run') pcall(allocate) note('must not run')"
        #expect(thread.start(try lua.load(text)).error?.code == .memory)
        #expect(answers == [true, false])
        #expect(lua.journal.notes == [["may run"]])
    }

    @Test func hostWorkWithoutARunIsUnlimited() {
        #expect(HostWork.unlimited.charge(bytes: .max))
        #expect(!HostWork.unlimited.isStopping)
    }
}
