// SPDX-License-Identifier: MIT

/// What was counted under one key in windows of one length.
///
/// A log of the moments at which something was counted, with the amounts: a moment counts until exactly one window after it.
/// So no window of that length, wherever it begins, holds more than the limit, and nothing is refused that would fit.
///
/// A log holds at most ``capacity`` moments. Of one that would hold more, moments of the same 512th of a window become one,
/// the latest of them. The limit still holds in every window, and a refusal may last up to a 512th of the window too long.
/// Limits up to ``capacity`` never come to that.
///
/// The script of the Redis engine does the same: `MoondialStoreRedis/Scripts`.
package struct WindowLog: Sendable, Hashable {
    /// The most moments that are held.
    package static let capacity = 1024
    /// In how many slots of equal length a full log divides its window.
    package static let slots: Int64 = 512

    /// In microseconds.
    package let window: Int64
    /// The sum before the first moment.
    package private(set) var base: Int64 = 0
    private var moments: [WindowMoment] = []
    /// How many of the first moments have left the window.
    private var gone = 0

    /// An empty log for windows of a length in microseconds.
    package init(window: Int64) {
        self.window = window
    }

    /// A log as another engine keeps it: moments in their order, and the sum before the first of them.
    package init(window: Int64, base: Int64, moments: [WindowMoment]) {
        self.window = window
        self.base = base
        self.moments = moments
    }

    /// The moments that have not left the window, in their order.
    package var kept: ArraySlice<WindowMoment> { moments[gone...] }

    /// When the last moment leaves the window; nil for an empty log.
    package var expiry: StoreTime? {
        moments.last.map { StoreTime(microseconds: $0.time + window) }
    }

    /// Counts, if that stays within the limit.
    package mutating func count(_ request: CountRequest, at time: StoreTime) -> CountResult {
        precondition(request.windowMicroseconds == window, "a log is for windows of one length")
        let now = advance(to: time)
        let used = self.used
        if request.cost <= request.limit - used {
            if request.cost > 0 { append(request.cost, at: now) }
            return CountResult(allowed: true, used: used + request.cost, limit: request.limit, retryAfter: nil)
        }
        var retryAfter: Duration?
        if request.cost <= request.limit {
            let excess = used + request.cost - request.limit
            let index = firstIndex { $0.sum &- base >= excess }
            retryAfter = .microseconds(moments[index].time + window - now)
        }
        return CountResult(allowed: false, used: used, limit: request.limit, retryAfter: retryAfter)
    }

    /// How much is counted in the window that ends then.
    package func used(at time: StoreTime) -> Int64 {
        var log = self
        _ = log.advance(to: time)
        return log.used
    }

    private var used: Int64 { (moments.last?.sum ?? base) &- base }

    /// Lets go of what has left the window.
    ///
    /// - Returns: The time, or that of the last moment if the clock was set back: time does not go back here.
    private mutating func advance(to time: StoreTime) -> Int64 {
        let now = max(time.microseconds, moments.last?.time ?? .min)
        let first = firstIndex { $0.time > now - window }
        if first > gone {
            base = moments[first - 1].sum
            gone = first
            if gone == moments.count || gone >= 64 && gone > moments.count / 2 {
                moments.removeFirst(gone)
                gone = 0
            }
        }
        return now
    }

    private mutating func append(_ cost: Int64, at now: Int64) {
        let sum = (moments.last?.sum ?? base) &+ cost
        if let last = moments.last, last.time == now {
            moments[moments.count - 1].sum = sum
            return
        }
        if moments.count - gone >= Self.capacity { mergeSlots() }
        moments.append(WindowMoment(time: now, sum: sum))
    }

    /// Of the moments in a slot only the last stays, with the sum until then.
    private mutating func mergeSlots() {
        let length = (window + Self.slots - 1) / Self.slots
        var merged: [WindowMoment] = []
        for moment in kept {
            if let last = merged.last, last.time / length == moment.time / length { merged.removeLast() }
            merged.append(moment)
        }
        moments = merged
        gone = 0
    }

    /// The first moment in the window that satisfies a predicate which, once true, stays true; the count if none does.
    private func firstIndex(where predicate: (WindowMoment) -> Bool) -> Int {
        var low = gone
        var high = moments.count
        // The first moment is the one that is wanted in most calls.
        if low < high, predicate(moments[low]) { return low }
        while low < high {
            let middle = (low + high) / 2
            if predicate(moments[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension WindowLog {
    /// About how much memory the moments take, in bytes.
    package var byteCount: Int { moments.count * MemoryLayout<WindowMoment>.stride + 64 }
}

/// A moment in a ``WindowLog``, in microseconds since 1970, and all that was counted from the beginning of the log until then,
/// this moment included. Sums wrap around; only their differences are used.
package struct WindowMoment: Sendable, Hashable {
    package var time: Int64
    package var sum: Int64

    package init(time: Int64, sum: Int64) {
        self.time = time
        self.sum = sum
    }
}
