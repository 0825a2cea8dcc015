// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Lines of files are counted if that is enabled, in every coroutine, and limits still apply.
@Suite struct LineCountTests {
    private func visits(_ lua: LuaFixture, _ lines: ClosedRange<Int>, name: String = "test.lua") -> [Int] {
        let counts = lua.vm.lineCounts()[.file(name)] ?? LuaLineCounts()
        return lines.map(counts.visits(of:))
    }

    @Test func linesAreCountedAsOftenAsTheyRun() throws {
        let lua = try LuaFixture(countsLines: true)
        try lua.run("local n = 0\nfor i = 1, 3 do\n  n = n + i\nend\nif n > 10 then\n  n = 0\nend\nreturn n")
        #expect(visits(lua, 1...9) == [1, 4, 3, 0, 1, 0, 0, 1, 0])
    }

    @Test func returnsAreCountedByLine() throws {
        let lua = try LuaFixture(countsLines: true)
        try lua.run("local function f(x)\n  if x then return 1 end\nend\nf(true) f(true) f(false)")
        let counts = try #require(lua.vm.lineCounts()[.file("test.lua")])
        #expect((1...4).map(counts.returns(from:)) == [0, 2, 1, 1])
    }

    @Test func linesAreCountedInEveryCoroutine() throws {
        let lua = try LuaFixture(countsLines: true)
        try lua.run(
            """
            local function work()
              note(1)
              verify(2)
              coroutine.yield()
              note(3)
            end
            local made = coroutine.create(work)
            coroutine.resume(made) coroutine.resume(made)
            coroutine.wrap(function() coroutine.wrap(work)() end)()
            """)
        #expect(visits(lua, 2...5) == [2, 2, 2, 1])
    }

    @Test func chunksWithoutAFileAreNotCounted() throws {
        let lua = try LuaFixture(modules: ["m": "return 1"], countsLines: true)
        try lua.run("require 'm'\nload('return 1')()", name: .label("typed"))
        #expect(lua.vm.lineCounts().map(\.key) == [.file("m.lua")])
    }

    @Test func linesAreNotCountedUnlessEnabled() throws {
        let lua = try LuaFixture()
        try lua.run("return 1")
        #expect(lua.vm.lineCounts().isEmpty)
    }

    @Test(arguments: Runaway.all)
    func runawayIsStoppedWhileItsLinesAreCounted(runaway: Runaway) throws {
        let lua = try LuaFixture(countsLines: true)
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(20)
        let thread = try lua.vm.makeThread(meter: meter)
        #expect(thread.start(try lua.load(runaway.text, name: .file("runaway.lua"))).error?.code == .cpuTime)
        thread.close()
        try lua.run("local function f()\n  return 1\nend\ncoroutine.wrap(f)()\nf()")
        #expect(visits(lua, 2...2) == [2])
    }

    /// A stop that is requested before a coroutine is made leaves its hook in the thread that makes coroutines.
    @Test func linesAreCountedAfterALateStop() throws {
        let lua = try LuaFixture(countsLines: true)
        let meter = LuaMeter()
        meter.cpuLimit = .milliseconds(5)
        let thread = try lua.vm.makeThread(meter: meter)
        for _ in 1...2 {
            #expect(thread.start(try lua.load("while true do end", name: .file("loop.lua"))).error?.code == .cpuTime)
        }
        thread.close()
        for _ in 1...3 { try lua.run("local x = 1\nx = x + 1\nx = x + 1\nreturn x") }
        #expect(visits(lua, 1...4) == [3, 3, 3, 3])
    }
}
