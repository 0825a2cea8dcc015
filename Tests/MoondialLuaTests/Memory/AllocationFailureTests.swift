// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Wherever memory runs out, the outcome is a `LuaError` with code `memory` or a success, and everything is released.
@Suite struct AllocationFailureTests {
    /// Counts the objects that host functions hold.
    private final class ObjectCounter {
        var alive = 0
    }

    private final class Member {
        private let counter: ObjectCounter

        init(_ counter: ObjectCounter) {
            self.counter = counter
            counter.alive += 1
        }

        deinit { counter.alive -= 1 }
    }

    private func member(of counter: ObjectCounter) -> HostFunction {
        let member = Member(counter)
        return HostFunction("member") { _ in withExtendedLifetime(member) { .returned } }
    }

    @Test func stateIsMadeWholeOrReleasedWhenMemoryRunsOut() throws {
        let counter = ObjectCounter()
        var made = false
        var limit: UInt64 = 0
        while !made {
            do throws(LuaError) {
                let lua = try LuaFixture(allocations: limit, functions: [member(of: counter)])
                #expect(counter.alive == 1)
                #expect(lua.vm.liveBytes > 0)
                made = true
            } catch {
                #expect(error.code == .memory)
            }
            #expect(counter.alive == 0)
            limit += 1
        }
        #expect(limit > 300)
    }

    @Test(arguments: AllocationScenario.all)
    func memoryRunningOutAnywhereIsAnErrorOrASuccess(_ scenario: AllocationScenario) throws {
        let counter = ObjectCounter()
        var limit: UInt64 = 0
        var result: String?
        while result != scenario.expected {
            let lua = try LuaFixture(
                modules: ["m": "local t = {} for i = 1, 9 do t[i] = {i} end return t"],
                functions: [member(of: counter)])
            lua.vm.limitAllocations(to: limit)
            do {
                result = try scenario.perform(lua)
                if !scenario.mayDiffer { #expect(result == scenario.expected) }
            } catch let error as LuaError {
                #expect(error.code == .memory)
                #expect(error.message.hasPrefix("not enough memory"))
            }
            lua.journal.waits = []
            lua.journal.taken = []
            lua.vm.limitAllocations(to: nil)
            #expect(try shown(lua.run("return 'the state still works'")) == "the state still works")
            limit += 1
            try #require(limit < 5000, "\(result ?? "no result")")
        }
        #expect(limit > 5)
        #expect(counter.alive == 0)
    }
}
