// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialStore

/// How much time, memory and other resources rules may use. If a run exceeds a limit, its hook is stopped, and the run
/// fails closed.
package struct RunLimits: Sendable, Hashable {
    /// Processor time of one hook. The default is 100 ms.
    package var hookCPU = Duration.milliseconds(100)
    /// Processor time of all hooks of a run. The default is 250 ms.
    package var runCPU = Duration.milliseconds(250)
    /// Processor time for loading the rules. The default is 2 s.
    package var loadCPU = Duration.seconds(2)
    /// Bytes of Lua memory that the hooks of a run allocate, including freed memory. The default is 64 MiB.
    package var memory = 64 << 20
    /// Bytes in use in a Lua state, from which on new runs get a fresh one. The default is 256 MiB.
    package var vmMemory = 256 << 20
    /// Attempts of a run, those of `moondial.attempt` included. The default is 4.
    package var attempts = 4
    /// Coroutines that the hooks of a run make. The default is 256.
    package var coroutines = 256
    /// Keys of one table beside its list part, while a hook runs. The default is 8192.
    ///
    /// When a table grows, Lua inserts all of its keys again. If a rule picks keys that collide, the time grows with
    /// the square of their number: some 20 ms for 8192 keys, which cannot be interrupted.
    package var tableKeys = 8192
    /// Calls of `moondial.store` that a run makes. The default is 32.
    package var storeCalls = 32
    /// How long a call of `moondial.store` waits, within the time of its run. The default is 50 ms.
    package var storeTime = StoreLimits.callTimeout
    /// Lines that a run logs; later lines are dropped. The default is 100.
    package var logLines = 100
    /// Bytes that a run logs; later lines are dropped. The default is 64 KiB.
    package var logBytes = 64 << 10
    /// Bytes of the value that a hook returns. The default is 64 KiB.
    package var resultBytes = 64 << 10
    /// Depth of nested tables in the value that a hook returns. The default is 16.
    package var resultDepth = 16
    /// Bytes of one rule file, script, module or text given to `load`. The default is 1 MiB.
    package var sourceBytes = 1 << 20

    package init() {}
}

extension RunLimits {
    /// A meter for the hooks of one run.
    func runMeter() -> LuaMeter {
        let meter = LuaMeter()
        meter.allocationLimit = memory
        meter.coroutineLimit = coroutines
        meter.tableKeyLimit = tableKeys
        var results = LuaLimits()
        results.bytes = resultBytes
        results.depth = resultDepth
        meter.limitResults(to: results)
        return meter
    }

    /// A meter for all rule files together.
    func loadMeter() -> LuaMeter {
        let meter = LuaMeter()
        meter.cpuLimit = loadCPU
        return meter
    }
}
