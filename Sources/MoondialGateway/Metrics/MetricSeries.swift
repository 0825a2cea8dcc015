// SPDX-License-Identifier: MIT

import CoreMetrics
import Synchronization
import TextFormats

/// A counter for one set of label values. Free of locks; every thread may use it.
package final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    let identity: SeriesIdentity
    private let whole = Atomic<Int64>(0)
    /// The sum of amounts that were added in floating point.
    private let rest = AtomicDouble(0)

    init(_ identity: SeriesIdentity = .detached) { self.identity = identity }

    var value: Double { Double(whole.load(ordering: .relaxed)) + rest.value }

    /// Adds one.
    @inline(__always)
    package func increment() { whole.wrappingAdd(1, ordering: .relaxed) }

    /// Sets a count that is kept elsewhere. It must never decrease.
    func set(_ count: Int64) { whole.store(count, ordering: .relaxed) }

    /// A negative amount is ignored: a counter never decreases.
    package func increment(by amount: Int64) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    /// An amount that is negative or not finite is ignored.
    package func increment(by amount: Double) {
        if amount > 0, amount.isFinite { rest.add(amount) }
    }

    /// Sets the counter to zero, which scrapers interpret as a restart of the process.
    package func reset() {
        whole.store(0, ordering: .relaxed)
        rest.set(0)
    }
}

/// A value that rises and falls, for one set of label values. Free of locks; every thread may use it.
package final class GaugeSeries: MeterHandler, RecorderHandler {
    let identity: SeriesIdentity
    private let current: AtomicDouble

    init(_ identity: SeriesIdentity = .detached, value: Double = 0) {
        self.identity = identity
        current = AtomicDouble(value)
    }

    var value: Double { current.value }

    package func set(_ value: Int64) { current.set(Double(value)) }
    package func set(_ value: Double) { current.set(value) }
    /// Adds one.
    package func increment() { current.add(1) }
    package func increment(by amount: Double) { current.add(amount) }
    /// Subtracts one.
    package func decrement() { current.add(-1) }
    package func decrement(by amount: Double) { current.add(-amount) }
    package func record(_ value: Int64) { set(value) }
    package func record(_ value: Double) { set(value) }
}

/// A histogram for one set of label values. Free of locks; every thread may use it.
package final class HistogramSeries: TimerHandler, RecorderHandler {
    /// The values for a scrape. The buckets are read one after the other while other threads record, so the sum may
    /// include a few values more or less than the count.
    struct Reading {
        /// The number of values up to each bound, then the number of all values.
        let cumulativeCounts: [Int64]
        let sum: Double
    }

    let identity: SeriesIdentity
    let bounds: [Double]
    /// A counter for each bound, then one for larger values. All access is atomic; only `deinit` releases the memory.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<Int64>>
    private let sum = AtomicDouble(0)

    init(_ identity: SeriesIdentity = .detached, bounds: [Double] = []) {
        self.identity = identity
        self.bounds = bounds
        counts = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    var reading: Reading {
        var total: Int64 = 0
        let cumulativeCounts = (0...bounds.count).map { index in
            total += counts[index].load(ordering: .relaxed)
            return total
        }
        return Reading(cumulativeCounts: cumulativeCounts, sum: sum.value)
    }

    /// Records a value. A negative value counts as zero; NaN is ignored.
    package func record(_ value: Double) {
        guard !value.isNaN else { return }
        let value = max(0, value)
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    package func record(_ value: Int64) { record(Double(value)) }

    package func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    package func record(_ duration: Duration) { record(duration.inSeconds) }
}

/// The name of a series' metric, and its labels.
struct SeriesIdentity: Sendable, Hashable {
    let name: String
    /// The labels as both formats write them, without braces: `route="verify",decision="allow"`.
    let labels: String

    /// The identity of a series that was refused, which no scraper sees.
    static let detached = SeriesIdentity(name: "", labels: "")
}

/// A number to which several threads can add.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double) { bits = Atomic(value.bitPattern) }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (isExchanged, found) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if isExchanged { return }
            old = found
        }
    }
}
