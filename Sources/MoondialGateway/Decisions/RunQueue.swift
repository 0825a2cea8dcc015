// SPDX-License-Identifier: MIT

package import NIOCore

/// The requests whose runs are about to begin on one event loop, and the judgement whether there are too many.
///
/// Runs begin in the order in which the requests came. When more wait than can begin soon, the newest begin first: their
/// callers still wait, and those that have waited for long are the ones to be given up if it comes to that.
///
/// It comes to that when there are more requests than the event loop can serve, and not when many come at once: the first
/// must have waited too long for a whole second, with no fewer behind it at its end. From then on a request is refused
/// unless it can expect to begin soon, until nearly all can.
package struct RunQueue<Element: AnyObject> {
    private struct Waiting {
        let element: Element
        let since: NIODeadline
    }

    /// Requests of a second while the event loop is overloaded.
    private struct Window {
        let start: NIODeadline
        var taken = 0
        var refused = 0
    }

    /// For how long the first must wait too long before the event loop counts as overloaded.
    package static var patience: TimeAmount { .seconds(1) }
    /// So many wait without being too many, however long it takes until they begin.
    package static var fewest: Int { 8 }

    private let delay: TimeAmount
    private var waiting = CircularBuffer<Waiting>()
    /// Since when the first has always waited too long, with how many waited after half of ``patience``.
    private var lateness: (since: NIODeadline, count: Int)?
    private var window: Window?
    /// When a run began last while others waited, and the average time from one to the next.
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

    /// Forgets a request that does not wait any more.
    package mutating func remove(_ element: Element) {
        waiting.removeAll { $0.element === element }
    }

    /// Whether a request that has just come is to be taken. It is not part of the queue yet, and neither are the requests
    /// that are `coming`: they will be after `time`, as this one.
    package mutating func admits(now: NIODeadline, coming: Int = 0, in time: TimeAmount = .zero) -> Bool {
        noteLateness(now)
        guard var window else { return true }
        // So that it begins in time, at the pace of those before it.
        let before = count + coming
        let isTaken = before < Self.fewest || pace * before < delay + time
        if isTaken { window.taken += 1 } else { window.refused += 1 }
        self.window = window
        guard now - window.start >= Self.patience else { return isTaken }
        let isOver = window.refused * 10 <= window.taken + window.refused
        self.window = isOver ? nil : Window(start: now)
        return isTaken
    }

    /// A request to be given up, since the event loop is overloaded and it has waited too long; nil when there is none.
    /// To be asked after ``admits(now:)``: as long as no further requests come, all that wait can still be served.
    package mutating func removeOverdue(now: NIODeadline) -> Element? {
        guard isOverloaded, isLate(now) else { return nil }
        return waiting.popFirst()?.element
    }

    /// The first request, if it has waited for longer than that.
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
            // A crowd that has come at once has become smaller meanwhile.
            if waiting.count >= lateness.count, window == nil { window = Window(start: now) }
            self.lateness = (now, waiting.count)
        }
    }
}
