// SPDX-License-Identifier: MIT

import MoondialLua

/// The Lua host alone: the same work as scripts/reference/lua_reference.c.
enum LuaBenchmarks {
    private static let rounds = 500_000

    private static func function(in vm: LuaVM, _ text: String) throws -> LuaFunction {
        try vm.load(Array(text.utf8), name: .label("benchmark"))
    }

    /// A request of four strings in, a table of four fields out, both through the host's own reader and writer.
    static func hookCall() throws {
        let vm = try LuaVM()
        let hook = try function(
            in: vm,
            """
            local req = ...
            return { decision = 'allow', reason = req.phone, channel = req.channel, token = req.token }
            """)
        let thread = try vm.makeThread()
        // Results are copied out, as the reference does.
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4 * 64)
        defer { copy.deallocate() }
        var length = 0
        let start = CPU.thread()
        for _ in 0..<rounds {
            let outcome = thread.start(hook) { writer in
                writer.writeTable(expecting: 4) {
                    $0.field("phone", "13800138000")
                    $0.field("token", "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw")
                    $0.field("exid", "order-1234567")
                    $0.field("channel", "native")
                }
            }
            guard case .returned(var reader) = outcome else { preconditionFailure("the hook returns") }
            var used = 0
            _ = reader.forEachField { _, value in
                guard let bytes = value.nextBytes() else { preconditionFailure("every field is a string") }
                _ = copy[used...].update(fromContentsOf: bytes)
                used += bytes.count
            }
            length += used
        }
        let elapsed = CPU.thread() - start
        precondition(length == rounds * (5 + 11 + 6 + 56))
        Benchmarks.report("hook-call", elapsed / Double(rounds))
    }

    /// A Lua thread that starts, waits for the host, is resumed, ends and is closed.
    static func coroutine() throws {
        var configuration = LuaVM.Configuration()
        configuration.functions = [HostFunction("wait", .mayWait) { _ in .waiting }]
        let vm = try LuaVM(configuration)
        let waiter = try function(in: vm, "wait()")
        let start = CPU.thread()
        for _ in 0..<rounds {
            let thread = try vm.makeThread()
            guard case .waiting = thread.start(waiter) else { preconditionFailure("the function waits") }
            guard case .returned? = thread.resume(thread.ticket, results: { _ in }) else {
                preconditionFailure("the function returns")
            }
            thread.close()
        }
        Benchmarks.report("coroutine", (CPU.thread() - start) / Double(rounds))
    }
}
