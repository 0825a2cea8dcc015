// SPDX-License-Identifier: MIT

/// The amounts that were counted under one key in windows of one length.
///
/// A log of the moments at which something was counted, with the amounts: a moment counts until exactly one window after it.
/// So no window of that length, wherever it begins, holds more than the limit, and nothing is refused that would fit.
///
/// A log holds at most ``capacity`` moments. When it is full, moments in the same 512th of a window are merged into the
/// latest of them. The limit still holds in every window, but a refusal may last up to a 512th of the window too long.
/// With limits up to ``capacity``, a log is never merged.
///
/// The script of the Redis engine does the same: `MoondialStoreRedis/Scripts`.
package struct WindowLog: Sendable, Hashable {
    /// The maximum number of moments in a log.
    package static let capacity = 1024
    /// The number of slots of equal length into which a full log divides its window.
    package static let slots: Int64 = 512

    /// The length of the window in microseconds.
    package let window: Int64
    /// The sum before the first moment.
    package private(set) var base: Int64 = 0
    private var moments: [WindowMoment] = []
    /// The number of first moments that have left the window.
    private var gone = 0

    /// An empty log for windows of a length in microseconds.
    package init(window: Int64) {
        self.window = window
    }

    /// A log from the values that another engine keeps: moments in their order, and the sum before the first of them.
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

    /// Counts the cost, if it stays within the limit.
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

    /// The amount that is counted in the window that ends at `time`.
    package func used(at time: StoreTime) -> Int64 {
        var log = self
        _ = log.advance(to: time)
        return log.used
    }

    private var used: Int64 { (moments.last?.sum ?? base) &- base }

    /// Drops moments that have left the window.
    ///
    /// - Returns: The time, or that of the last moment if the clock was set back: the time of a log never decreases.
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

    /// Keeps only the last moment of each slot, with the sum up to it.
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

    /// The index of the first moment in the window that satisfies the predicate, by binary search: once true, the
    /// predicate must stay true. The number of moments if none does.
    private func firstIndex(where predicate: (WindowMoment) -> Bool) -> Int {
        var low = gone
        var high = moments.count
        // In most calls, the first moment satisfies the predicate.
        if low < high, predicate(moments[low]) { return low }
        while low < high {
            let middle = (low + high) / 2
            if predicate(moments[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension WindowLog {
    /// An estimate of the memory of the moments, in bytes.
    package var byteCount: Int { moments.count * MemoryLayout<WindowMoment>.stride + 64 }
}

/// A moment in a ``WindowLog``, in microseconds since 1970, and the sum of all amounts up to and including this moment.
/// Sums wrap around; only their differences are used.
package struct WindowMoment: Sendable, Hashable {
    package var time: Int64
    package var sum: Int64

    package init(time: Int64, sum: Int64) {
        self.time = time
        self.sum = sum
    }
}
