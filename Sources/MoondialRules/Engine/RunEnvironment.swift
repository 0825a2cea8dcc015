// SPDX-License-Identifier: MIT

package import NIOCore
package import NumberVerification

/// What a run meets outside of its rules: where its attempts go, what time it is, and who hears of it.
package struct RunEnvironment {
    let attempts: any AttemptSource
    let reserver: (any TokenReserver)?
    /// The time that the run takes is measured by it. Nil: the clock of the engine.
    package var monotonicClock: (() -> NIODeadline)?
    /// Milliseconds since 1970, for hooks that ask. Nil: the clock of the engine.
    package var wallClock: (() -> Int64)?
    /// What the run remembers and finds; nil: what the engine remembers. Asked once, when the run needs it.
    package var makeStore: (() -> StoreSettings)?
    /// The trace that the request of the run belongs to; nil: the run begins one. The default is nil.
    package var traceparent: TraceParent?
    /// Whether observers get the events of the run, and its log lines and prints go where those of the engine go. An
    /// exploration keeps its runs to itself. The default is true.
    package var isObserved = true

    /// Attempts of that source; `reserver` is asked before each of them, and nil grants all that the run allows.
    package init(_ attempts: any AttemptSource, reserver: (any TokenReserver)?) {
        self.attempts = attempts
        self.reserver = reserver
    }
}
