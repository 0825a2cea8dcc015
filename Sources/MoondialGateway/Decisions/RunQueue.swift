// SPDX-License-Identifier: MIT

package import NIOCore

/// The requests whose runs are about to begin on one event loop. Detects when the event loop is overloaded.
///
/// Runs begin in the order in which the requests came. When the first request has waited too long, the newest begin
/// first: their callers still wait, and the oldest are the ones that are rejected if the event loop is overloaded.
///
/// The event loop counts as overloaded when the first request has always waited too long during a whole second, and the
/// queue is not shorter at the end of that second. A burst of requests is therefore no overload. During overload, a
/// request is refused unless it can expect to begin soon. Overload ends when nearly all requests of a second can.
package struct RunQueue<Element: AnyObject> {
    private struct Waiting {
        let element: Element
        let since: NIODeadline
    }

    /// Counts of requests during one second of overload.
    private struct Window {
        let start: NIODeadline
        var taken = 0
        var refused = 0
    }

    /// How long the first request must always have waited too long before the event loop counts as overloaded.
    package static var patience: TimeAmount { .seconds(1) }
    /// A queue of at most this length never counts as late, however long its requests wait.
    package static var fewest: Int { 8 }

    private let delay: TimeAmount
    private var waiting = CircularBuffer<Waiting>()
    /// Since when the first request has always waited too long, and the length of the queue after half of ``patience``.
    private var lateness: (since: NIODeadline, count: Int)?
    private var window: Window?
    /// When a run last began while others waited, and the average time between two such runs.
    private var lastBeginning: NIODeadline?
    private var pace = TimeAmount.zero

    /// `delay` is how long a request may wait for its run to begin.
    package init(delay: TimeAmount) { self.delay = delay }

    package var count: Int { waiting.count }
    package var isEmpty: Bool { waiting.isEmpty }
    /// Whether there are more requests than the event loop can serve.
    package var isOverloaded: Bool { window != nil }

    package mutating func append(_ element: Element, now: NIODeadline) {
        waiting.append(Waiting(element: element, since: now))
    }

    /// The request whose run is to begin now, or nil when none waits.
    package mutating func next(now: NIODeadline) -> Element? {
        if !isLate(now) { lateness = nil }
        if let lastBeginning { pace = .nanoseconds(pace.nanoseconds + ((now - lastBeginning) - pace).nanoseconds / 8) }
        lastBeginning = waiting.count > 1 ? now : nil
        return (isLate(now) ? waiting.popLast() : waiting.popFirst())?.element
    }

    /// Removes a request that does not wait any more.
    package mutating func remove(_ element: Element) {
        waiting.removeAll { $0.element === element }
    }

    /// Whether a request that has just come is accepted. It is not part of the queue yet.
    package mutating func admits(now: NIODeadline) -> Bool {
        noteLateness(now)
        guard var window else { return true }
        // Accepted if it can begin in time, at the pace of the requests before it.
        let isTaken = count < Self.fewest || pace * count < delay
        if isTaken { window.taken += 1 } else { window.refused += 1 }
        self.window = window
        guard now - window.start >= Self.patience else { return isTaken }
        let isOver = window.refused * 10 <= window.taken + window.refused
        self.window = isOver ? nil : Window(start: now)
        return isTaken
    }

    /// Removes a request that has waited too long while the event loop is overloaded; nil when there is none. To be
    /// called after ``admits(now:)``, which is only called when a request comes: without new requests, all that wait
    /// can be served.
    package mutating func removeOverdue(now: NIODeadline) -> Element? {
        guard isOverloaded, isLate(now) else { return nil }
        return waiting.popFirst()?.element
    }

    /// Removes the first request if it has waited for longer than `time`.
    package mutating func removeFirst(waitingFor time: TimeAmount, now: NIODeadline) -> Element? {
        guard let first = waiting.first, now - first.since > time else { return nil }
        return waiting.popFirst()?.element
    }

    private func isLate(_ now: NIODeadline) -> Bool {
        guard waiting.count > Self.fewest, let first = waiting.first else { return false }
        return now - first.since > delay
    }

    private mutating func noteLateness(_ now: NIODeadline) {
        guard isLate(now) else {
            lateness = nil
            return
        }
        guard let lateness else {
            lateness = (now, waiting.count)
            return
        }
        let time = now - lateness.since
        if time * 2 < Self.patience {
            self.lateness = (lateness.since, waiting.count)
        } else if time >= Self.patience {
            // After a burst, the queue has become shorter: that is no overload.
            if waiting.count >= lateness.count, window == nil { window = Window(start: now) }
            self.lateness = (now, waiting.count)
        }
    }
}
