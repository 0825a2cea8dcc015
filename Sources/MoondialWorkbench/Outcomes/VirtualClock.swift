// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
package import NIOCore

/// A clock that only advances when it is told to. Used on one event loop.
package final class VirtualClock {
    /// The time for durations. It begins at the system's time, since limits on Lua are compared with that.
    package private(set) var now = NIODeadline.now()
    /// Milliseconds since 1970.
    package private(set) var wallClock: Int64

    package init(wallClock: Int64) { self.wallClock = wallClock }

    /// A store for rules that answers as a script says and, if the script returns nil, from a memory whose time is that
    /// of this clock. To be called, and used, on the event loop.
    func makeStore(on eventLoop: any EventLoop, script: @escaping ScriptedStoreEngine.Script) -> StoreSettings {
        let clock = NIOLoopBound(self, eventLoop: eventLoop)
        let memory = MemoryStoreEngine(clock: StoreClock { StoreTime(microseconds: clock.value.wallClock * 1000) })
        var settings = StoreSettings()
        settings.engine = ScriptedStoreEngine(memory: memory, eventLoop: eventLoop, script: script)
        return settings
    }

    /// Restarts the clock at the present time of the system and at this time of day.
    package func restart(wallClock: Int64) {
        now = .now()
        self.wallClock = wallClock
    }

    /// Advances both times; does nothing if `time` is not later.
    package func advance(to time: NIODeadline) {
        guard time > now else { return }
        let passed = (time - now).nanoseconds
        now = time
        wallClock += passed / 1_000_000
    }

    /// Advances both times.
    package func advance(by duration: Duration) {
        advance(to: now + TimeAmount(duration))
    }
}
