// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Objects are released, and memory does not grow.
@Suite struct LifetimeTests {
    private final class Held {}

    @Test func stateReleasesItsHostFunctions() throws {
        weak var held: Held?
        weak var state: LuaVM?
        do {
            let object = Held()
            held = object
            let lua = try LuaFixture(functions: [
                HostFunction("hold") { _ in withExtendedLifetime(object) { .returned } }
            ])
            state = lua.vm
            try lua.run("hold() verify() local co = coroutine.create(verify)")
        }
        #expect(held == nil)
        #expect(state == nil)
    }

    @Test func threadsAndFunctionsKeepTheirState() throws {
        weak var state: LuaVM?
        do {
            let thread: LuaThread
            let function: LuaFunction
            do {
                let vm = try LuaVM()
                state = vm
                thread = try vm.makeThread()
                function = try vm.load(Array("return 1".utf8), name: .label("x"))
            }
            #expect(state != nil)
            #expect(thread.start(function).values == [1])
        }
        #expect(state == nil)
    }

    @Test func threadKeepsAndReleasesItsContext() throws {
        let lua = try LuaFixture()
        weak var context: Held?
        do {
            let object = Held()
            context = object
            let thread = try lua.vm.makeThread(context: object)
            #expect(thread.context === object)
            thread.close()
        }
        #expect(context == nil)
    }

    @Test func sharedArgumentIsWrittenOnceAndReleasedWithItsThread() throws {
        let lua = try LuaFixture()
        let note = try lua.load(
            """
            local shared, other = ...
            seen = seen or setmetatable({}, {__mode = 'k'})
            seen[shared] = true
            return other
            """)
        let count = try lua.load("local n = 0 for _ in pairs(seen) do n = n + 1 end return n")
        for _ in 0..<2 {
            let thread = try lua.vm.makeThread()
            var written = 0
            for number in 1...3 {
                let outcome = thread.start(
                    note,
                    sharing: { writer in
                        written += 1
                        writer.writeTable { $0.field("a", 1 as Int64) }
                    }, arguments: { $0.write(Int64(number)) })
                #expect(outcome.values == [.integer(Int64(number))])
            }
            #expect(written == 1)
            lua.vm.collectGarbage()
            #expect(try lua.vm.makeThread().start(count).values == [1])
            thread.close()
            lua.vm.collectGarbage()
            #expect(try lua.vm.makeThread().start(count).values == [0])
        }
    }

    @Test func sharedArgumentOutlivesAFailedCall() throws {
        let lua = try LuaFixture()
        let thread = try lua.vm.makeThread()
        let fail = try lua.load("error(...)")
        let back = try lua.load("return ...")
        _ = thread.start(fail, sharing: { $0.write("first") }, arguments: { _ in })
        #expect(thread.start(back, sharing: { $0.write("second") }, arguments: { _ in }).values == ["first"])
    }

    @Test func stateWithWaitingThreadsIsReleased() throws {
        weak var state: LuaVM?
        do {
            let lua = try LuaFixture()
            state = lua.vm
            _ = try lua.start("verify()")
            _ = try lua.start("local a <close> = setmetatable({}, {__close = function() note('x') end}) verify()")
        }
        #expect(state == nil)
    }

    /// A way a thread may end.
    static let ends: [Script] = [
        Script("at once", "return 1", ""),
        Script("by an error", "error('x')", ""),
        Script("while it waits", "local a <close> = setmetatable({}, {__close = function() end}) verify()", ""),
        Script("while a coroutine waits", "coroutine.wrap(function() pcall(verify) end)()", ""),
        Script("after a wait", "return verify {1, 2, 3}", ""),
    ]

    @Test(arguments: ends)
    func endedThreadsLeakNoMemory(_ script: Script) throws {
        let lua = try LuaFixture()
        let function = try lua.load(script.text)
        let settle = try lua.load("for i = 1, 1e5 do local t = {} end")
        func cycle(_ count: Int) throws -> Int {
            for number in 0..<count {
                let thread = try lua.vm.makeThread()
                if thread.start(function).isWaiting, number.isMultiple(of: 2) {
                    _ = lua.journal.waits.last?.end(with: .values([]))
                }
                lua.journal.waits = []
                thread.close()
            }
            let thread = try lua.vm.makeThread()
            _ = thread.start(settle)
            thread.close()
            return lua.vm.liveBytes
        }
        let before = try cycle(1000)
        let after = try cycle(100_000)
        #expect(abs(after - before) < 32 * 1024, "\(before) bytes, then \(after)")
    }

    @Test func loadedFunctionsLeakNoMemory() throws {
        let lua = try LuaFixture()
        func cycle(_ count: Int) throws -> Int {
            for _ in 0..<count { _ = try lua.load("return function() return {} end") }
            try lua.run("for i = 1, 1e5 do local t = {} end")
            return lua.vm.liveBytes
        }
        let before = try cycle(100)
        let after = try cycle(10_000)
        #expect(abs(after - before) < 32 * 1024, "\(before) bytes, then \(after)")
    }

    #if !os(iOS)
        @Test func hostFunctionThatEntersItsStateTraps() async {
            await #expect(processExitsWith: .failure) {
                nonisolated(unsafe) var lua: LuaFixture?
                lua = try LuaFixture(functions: [
                    HostFunction("enter") { _ in
                        _ = try? lua?.load("return 1")
                        return .returned
                    }
                ])
                try lua?.run("enter()")
            }
        }

        @Test func startingAWaitingThreadTraps() async {
            await #expect(processExitsWith: .failure) {
                let lua = try LuaFixture()
                let (thread, _) = try lua.start("verify()")
                _ = thread.start(try lua.load("return 1"))
            }
        }
    #endif
}
