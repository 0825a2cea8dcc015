// SPDX-License-Identifier: MIT

package import NIOCore
package import NumberVerification

/// The surroundings of a run: the source of its attempts, its clocks, its store, and whether observers get its events.
package struct RunEnvironment {
    let attempts: any AttemptSource
    let reserver: (any TokenReserver)?
    /// Measures the time that the run takes. Nil: the clock of the engine.
    package var monotonicClock: (() -> NIODeadline)?
    /// Milliseconds since 1970, for hooks that read the time. Nil: the clock of the engine.
    package var wallClock: (() -> Int64)?
    /// Makes the store of the run; nil: the store of the engine. Called once, when the run first needs the store.
    package var makeStore: (() -> StoreSettings)?
    /// The trace that the request of the run belongs to; nil: the run begins one. The default is nil.
    package var traceparent: TraceParent?
    /// How long the request has waited for its run: that much less time is left. The default is zero.
    package var waited = TimeAmount.zero
    /// Whether observers get the events of the run, and the engine's `log` and `print` get its lines. False for the
    /// runs of an exploration. The default is true.
    package var isObserved = true

    /// `attempts` makes the attempts. `reserver` is asked before each of them; nil grants all that the run allows.
    package init(_ attempts: any AttemptSource, reserver: (any TokenReserver)?) {
        self.attempts = attempts
        self.reserver = reserver
    }
}
