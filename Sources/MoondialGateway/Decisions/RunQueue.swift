// SPDX-License-Identifier: MIT

package import NIOCore

/// The requests whose runs are about to begin on one event loop. Detects when the event loop is overloaded.
///
/// A request may be announced before it is queued, while a store is asked about it. Runs begin in the order in which the
/// requests were queued. When the first request has waited too long and the queue still grows, or during overload, the newest
/// begin first: their callers still wait, and the oldest are the ones that are rejected during overload. A long queue that
/// does not grow is that of callers who wait for their answers before they ask again: it is served in order.
///
/// There is overload when the event loop, or the store, cannot serve all requests that come: the first request has always
/// waited too long during a whole second, and no fewer wait at the end of that second. A burst of requests is therefore no
/// overload. During overload, a request is refused unless it can expect to begin soon. Overload ends when nearly all
/// requests of a second can.
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
    package static var fewest: Int { 2 }
    /// The longest time from the announcement of a request to the queue that is no overload.
    package static var longestAnnouncement: TimeAmount { .milliseconds(200) }

    private let delay: TimeAmount
    private var waiting = CircularBuffer<Waiting>()
    private var peaks = QueuePeaks()
    /// How many requests are announced and not yet queued, and the average time from the announcement to the queue.
    private var announced = 0
    private var announcement = TimeAmount.zero
    /// When an announced request was last queued while others were announced, and the average time between two of them.
    private var lastArrival: NIODeadline?
    private var arrivalPace = TimeAmount.zero
    /// Since when the first request has always waited too long, and how many waited after half of ``patience``.
    private var lateness: (since: NIODeadline, count: Int)?
    private var window: Window?
    /// When a run last began while others waited, and the average time between two such runs.
    private var lastBeginning: NIODeadline?
    private var pace = TimeAmount.zero

    /// `delay` is how long a request may wait for its run to begin.
    package init(delay: TimeAmount) { self.delay = delay }

    /// How many are queued or announced.
    package var count: Int { waiting.count + announced }
    /// Whether none is queued.
    package var isEmpty: Bool { waiting.isEmpty }
    /// Whether there are more requests than the event loop can serve.
    package var isOverloaded: Bool { window != nil }

    /// Counts a request that will be queued or withdrawn.
    package mutating func announce() { announced += 1 }

    /// Queues a request that was announced at `start`.
    package mutating func append(_ element: Element, announced start: NIODeadline, now: NIODeadline) {
        withdraw()
        announcement.approach(now - start, by: 8)
        // A small weight, since stores answer many at once.
        if let lastArrival { arrivalPace.approach(now - lastArrival, by: 64) }
        lastArrival = announced > 0 ? now : nil
        append(element, now: now)
    }

    /// Forgets a request that was announced.
    package mutating func withdraw() { announced -= 1 }

    package mutating func append(_ element: Element, now: NIODeadline) {
        waiting.append(Waiting(element: element, since: now))
        peaks.note(waiting.count, now: now)
    }

    /// The request whose run is to begin now, or nil when none waits.
    package mutating func next(now: NIODeadline) -> Element? {
        let isLate = isLate(now)
        if !isLate, !areAnnouncedLate { lateness = nil }
        if let lastBeginning { pace.approach(now - lastBeginning, by: 8) }
        lastBeginning = waiting.count > 1 ? now : nil
        let isNewestFirst = isLate && (isOverloaded || peaks.isNew(waiting.count, now: now))
        return (isNewestFirst ? waiting.popLast() : waiting.popFirst())?.element
    }

    /// Removes a request that does not wait any more.
    package mutating func remove(_ element: Element) {
        waiting.removeAll { $0.element === element }
    }

    /// Whether a request that has just come is accepted. It is not part of the queue yet.
    package mutating func admits(now: NIODeadline) -> Bool {
        noteLateness(now)
        guard var window else { return true }
        let isTaken = count < Self.fewest || beginsInTime
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

    /// Whether one more request would be queued and begin in time, at the pace of those before it.
    private var beginsInTime: Bool {
        arrivalPace * announced < Self.longestAnnouncement
            && pace * count < delay + min(announcement, Self.longestAnnouncement)
    }

    private var areAnnouncedLate: Bool { announced > Self.fewest && announcement > Self.longestAnnouncement }

    private mutating func noteLateness(_ now: NIODeadline) {
        guard isLate(now) || areAnnouncedLate else {
            lateness = nil
            return
        }
        guard let lateness else {
            lateness = (now, count)
            return
        }
        let time = now - lateness.since
        if time * 2 < Self.patience {
            self.lateness = (lateness.since, count)
        } else if time >= Self.patience {
            // After a burst, the queue has become shorter: that is no overload.
            if count >= lateness.count, window == nil { window = Window(start: now) }
            self.lateness = (now, count)
        }
    }
}

/// The greatest lengths of a queue in the current quarter of a second and in the one before, which tell a queue that grows
/// from one that is merely long.
private struct QueuePeaks {
    private static let period = TimeAmount.milliseconds(250)

    private var start = NIODeadline.uptimeNanoseconds(0)
    private var current = 0
    private var last = 0

    mutating func note(_ length: Int, now: NIODeadline) {
        advance(now)
        current = max(current, length)
    }

    /// Whether the queue was always shorter in the last period.
    mutating func isNew(_ length: Int, now: NIODeadline) -> Bool {
        advance(now)
        return length > last
    }

    private mutating func advance(_ now: NIODeadline) {
        let time = now - start
        guard time >= Self.period else { return }
        last = time < Self.period * 2 ? current : 0
        current = 0
        start = now
    }
}

extension TimeAmount {
    /// Updates a moving average with a new time, which has a weight of 1/`share`.
    fileprivate mutating func approach(_ time: TimeAmount, by share: Int64) {
        self = .nanoseconds(nanoseconds + (time.nanoseconds - nanoseconds) / share)
    }
}
