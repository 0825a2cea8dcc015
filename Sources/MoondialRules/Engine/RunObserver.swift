// SPDX-License-Identifier: MIT

/// Gets the events of all runs of an engine, on its event loop. It must not call the engine.
package protocol RunObserver: AnyObject {
    /// An event has happened in the run of that context. Unredacted. The default does nothing.
    func record(_ event: TraceEvent, of run: RunContext)
    /// A run has ended, also one that a script has started. Called before the run's own completion. The default does
    /// nothing.
    func finish(_ run: FinishedRun)
}

extension RunObserver {
    package func record(_: TraceEvent, of _: RunContext) {}
    package func finish(_: FinishedRun) {}
}

/// Calls a function with each run that ends.
package final class FinishedRunObserver: RunObserver {
    private let body: (FinishedRun) -> Void

    package init(_ body: @escaping (FinishedRun) -> Void) { self.body = body }

    package func finish(_ run: FinishedRun) { body(run) }
}
