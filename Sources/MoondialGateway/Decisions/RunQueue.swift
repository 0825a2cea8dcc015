// SPDX-License-Identifier: MIT

package import NIOCore

/// The requests whose runs are about to begin on one event loop, and the judgement whether there are too many.
///
/// A request may be announced before it is queued, while a store is asked about it. Runs begin in the order in which the
/// requests were queued. When more wait than can begin soon, the newest begin first: their
/// callers still wait, and those that have waited for long are the ones to be given up if it comes to that.
///
/// It comes to that when there are more requests than the event loop or the store can serve, and not when many come at once:
/// the first must have waited too long for a whole second, with no fewer behind it at its end. From then on a request is
/// refused unless it can expect to begin soon, until nearly all can.
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
    package static var fewest: Int { 4 }
    /// How long requests that are announced may take to be queued.
    package static var longestAnnouncement: TimeAmount { .milliseconds(200) }

    private let delay: TimeAmount
    private var waiting = CircularBuffer<Waiting>()
    /// Those that are announced, and the average time from there to the queue.
    private var announced = 0
    private var announcement = TimeAmount.zero
    /// When one of those was queued last while others were announced, and the average time from one to the next.
    private var lastArrival: NIODeadline?
    private var arrivalPace = TimeAmount.zero
    /// Since when the first has always waited too long, with how many waited after half of ``patience``.
    private var lateness: (since: NIODeadline, count: Int)?
    private var window: Window?
    /// When a run began last while others waited, and the average time from one to the next.
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
        // They come in crowds.
        if let lastArrival { arrivalPace.approach(now - lastArrival, by: 64) }
        lastArrival = announced > 0 ? now : nil
        append(element, now: now)
    }

    /// Forgets a request that was announced.
    package mutating func withdraw() { announced -= 1 }

    package mutating func append(_ element: Element, now: NIODeadline) {
        waiting.append(Waiting(element: element, since: now))
    }

    /// The request whose run is to begin now, or nil when none waits.
    package mutating func next(now: NIODeadline) -> Element? {
        if !isLate(now), !areAnnouncedLate { lateness = nil }
        if let lastBeginning { pace.approach(now - lastBeginning, by: 8) }
        lastBeginning = waiting.count > 1 ? now : nil
        return (isLate(now) ? waiting.popLast() : waiting.popFirst())?.element
    }

    /// Forgets a request that does not wait any more.
    package mutating func remove(_ element: Element) {
        waiting.removeAll { $0.element === element }
    }

    /// Whether a request that has just come is to be taken. It is not part of the queue yet.
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
            // A crowd that has come at once has become smaller meanwhile.
            if count >= lateness.count, window == nil { window = Window(start: now) }
            self.lateness = (now, count)
        }
    }
}

extension TimeAmount {
    /// Becomes the average of what was and the new time, which has a weight of one in `share`.
    fileprivate mutating func approach(_ time: TimeAmount, by share: Int64) {
        self = .nanoseconds(nanoseconds + (time.nanoseconds - nanoseconds) / share)
    }
}
