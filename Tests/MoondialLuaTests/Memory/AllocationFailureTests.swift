// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Wherever memory runs out, the outcome is a `LuaError` with code `memory` or a success, and everything is let go.
@Suite struct AllocationFailureTests {
    /// Counts the objects that host functions hold.
    private final class Census {
        var alive = 0
    }

    private final class Member {
        private let census: Census

        init(_ census: Census) {
            self.census = census
            census.alive += 1
        }

        deinit { census.alive -= 1 }
    }

    private func member(of census: Census) -> HostFunction {
        let member = Member(census)
        return HostFunction("member") { _ in withExtendedLifetime(member) { .returned } }
    }

    @Test func aStateIsMadeOrNot() throws {
        let census = Census()
        var made = false
        var limit: UInt64 = 0
        while !made {
            do throws(LuaError) {
                let lab = try Lab(allocations: limit, functions: [member(of: census)])
                #expect(census.alive == 1)
                #expect(lab.vm.liveBytes > 0)
                made = true
            } catch {
                #expect(error.code == .memory)
            }
            #expect(census.alive == 0)
            limit += 1
        }
        #expect(limit > 300)
    }

    @Test(arguments: AllocationScenario.all)
    func memoryRunsOutAnywhere(_ scenario: AllocationScenario) throws {
        let census = Census()
        var limit: UInt64 = 0
        var result: String?
        while result != scenario.expected {
            let lab = try Lab(
                modules: ["m": "local t = {} for i = 1, 9 do t[i] = {i} end return t"],
                functions: [member(of: census)])
            lab.vm.limitAllocations(to: limit)
            do {
                result = try scenario.perform(lab)
                if !scenario.mayDiffer { #expect(result == scenario.expected) }
            } catch let error as LuaError {
                #expect(error.code == .memory)
                #expect(error.message.hasPrefix("not enough memory"))
            }
            lab.journal.waits = []
            lab.journal.taken = []
            lab.vm.limitAllocations(to: nil)
            #expect(try shown(lab.run("return 'the state still works'")) == "the state still works")
            limit += 1
            try #require(limit < 5000, "\(result ?? "no result")")
        }
        #expect(limit > 5)
        #expect(census.alive == 0)
    }
}
