// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
package import NIOCore

/// A clock that stands still until it is moved on. Used on one event loop.
package final class VirtualClock {
    /// For durations. It begins at the time of the system, since limits on Lua compare with that.
    package private(set) var now = NIODeadline.now()
    /// Milliseconds since 1970.
    package private(set) var wallClock: Int64

    package init(wallClock: Int64) { self.wallClock = wallClock }

    /// A store for rules that answers as a script says, and where that says nothing, as a memory whose time is that of this
    /// clock. Called, and used, on the event loop.
    func makeStore(on eventLoop: any EventLoop, script: @escaping ScriptedStoreEngine.Script) -> StoreSettings {
        let clock = NIOLoopBound(self, eventLoop: eventLoop)
        let memory = MemoryStoreEngine(clock: StoreClock { StoreTime(microseconds: clock.value.wallClock * 1000) })
        var settings = StoreSettings()
        settings.engine = ScriptedStoreEngine(memory: memory, eventLoop: eventLoop, script: script)
        return settings
    }

    /// Begins again, at the present time of the system and at this time of day.
    package func restart(wallClock: Int64) {
        now = .now()
        self.wallClock = wallClock
    }

    /// Moves both on. Never back.
    package func advance(to time: NIODeadline) {
        guard time > now else { return }
        let passed = (time - now).nanoseconds
        now = time
        wallClock += passed / 1_000_000
    }

    /// Moves both on.
    package func advance(by duration: Duration) {
        advance(to: now + TimeAmount(duration))
    }
}
