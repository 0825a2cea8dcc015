// SPDX-License-Identifier: MIT

internal import NIOConcurrencyHelpers
import Platform
internal import Synchronization

/// The state that the appending threads share with the writing thread.
final class SinkState: Sendable {
    /// Requests to the writer, in addition to writing.
    struct Orders {
        /// The queued records, if `takeOrders` was asked for them.
        var chunks: [[UInt8]] = []
        var reopens: [CheckedContinuation<Bool, Never>] = []
        /// Whether `flush` or `close` asks for an attempt at once.
        var isUrgent = false
        var reportsDrop = false
        /// Whether the queue is more than half full.
        var isOverHalf = false
        /// When to give up; nil while the sink is open.
        var deadline: ContinuousClock.Instant?
        /// Whether `finish` was called.
        var isFinished = false
    }

    private struct Values {
        var queue: RecordQueue
        /// Whether the writer waits for the next record.
        var isIdle = false
        /// Whether the writer was woken and has not taken its orders since.
        var isWoken = false
        /// Whether a record was dropped since the queue was last less than a quarter full.
        var hasDropped = false
        var orders = Orders()
        /// What `close` returns.
        var result: Bool?
        var dropped = 0
        var written = 0
        var spilledBytes = 0
        var failure: RecordSink.Failure?
        var flushes: [(end: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var closes: [CheckedContinuation<Bool, Never>] = []
    }

    private let values: NIOLockedValueBox<Values>
    private let accepting = Atomic(true)
    private let pipe: WakePipe
    private let recordBytes: Int
    private let queueBytes: Int
    private let blocks: Bool

    init(_ options: RecordSink.Options) throws(RecordSinkError) {
        values = NIOLockedValueBox(Values(queue: RecordQueue(boundBytes: options.boundBytes)))
        pipe = try WakePipe()
        recordBytes = options.recordBytes
        queueBytes = options.queueBytes
        if case .block = options.overflow { blocks = true } else { blocks = false }
    }

    var isAccepting: Bool { accepting.load(ordering: .relaxed) }

    var figures: RecordSink.Figures {
        values.withLockedValue {
            RecordSink.Figures(
                written: $0.written, dropped: $0.dropped, queuedBytes: $0.queue.bytes, spilledBytes: $0.spilledBytes,
                failure: $0.failure)
        }
    }

    /// Updates `accepting`. To be called under the lock after queue, failure or deadline have changed.
    private func updateAccepting(_ values: inout Values) {
        if values.queue.bytes < queueBytes / 4 { values.hasDropped = false }
        if values.orders.deadline != nil {
            accepting.store(false, ordering: .relaxed)
        } else if blocks {
            if values.failure != nil || values.queue.bytes > queueBytes / 2 {
                accepting.store(false, ordering: .relaxed)
            } else if values.queue.bytes < queueBytes / 4 {
                accepting.store(true, ordering: .relaxed)
            }
        }
    }
}

// MARK: - For the threads that append

extension SinkState {
    func append(_ record: UnsafeRawBufferPointer) -> RecordSink.Acceptance {
        var line = record
        if line.last == UInt8(ascii: "\n") { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
        assert(!line.contains(UInt8(ascii: "\n")), "a record is one line")
        guard line.count < recordBytes else { return .tooLong }
        var wakes = false
        let isQueued = values.withLockedValue { values in
            let isQueued = queue(line, &values)
            wakes = shouldWake(&values)
            return isQueued
        }
        if wakes { pipe.wake() }
        return isQueued ? .queued : .dropped
    }

    private func queue(_ line: UnsafeRawBufferPointer, _ values: inout Values) -> Bool {
        if values.orders.deadline == nil {
            let wasOverHalf = values.queue.bytes > queueBytes / 2
            if values.queue.append(line, now: WallClock.milliseconds) {
                if !wasOverHalf, values.queue.bytes > queueBytes / 2 {
                    updateAccepting(&values)
                    values.isIdle = true  // Wakes the writer, which may still be collecting.
                }
                return true
            }
            if !values.hasDropped {
                values.hasDropped = true
                values.orders.reportsDrop = true
                values.isIdle = true
            }
        }
        values.dropped += 1
        return false
    }

    private func shouldWake(_ values: inout Values) -> Bool {
        guard values.isIdle, !values.isWoken else { return false }
        values.isIdle = false
        values.isWoken = true
        return true
    }

    /// Changes the orders and wakes the writer, unless the sink is finished.
    ///
    /// - Returns: False if the sink is finished.
    private func order(_ change: (inout Values) -> Void) -> Bool {
        var wakes = false
        let isTaken = values.withLockedValue { values in
            guard values.result == nil else { return false }
            change(&values)
            values.isIdle = true
            wakes = shouldWake(&values)
            return true
        }
        if wakes { pipe.wake() }
        return isTaken
    }

    func requestReopen(_ continuation: CheckedContinuation<Bool, Never>) {
        if !order({ $0.orders.reopens.append(continuation) }) { continuation.resume(returning: false) }
    }

    func requestFlush(_ continuation: CheckedContinuation<Void, Never>) {
        let isWaiting = order { values in
            values.orders.isUrgent = true
            values.flushes.append((values.queue.appended.bytes, continuation))
        }
        if !isWaiting { continuation.resume() }
    }

    /// Asks the writer to close by the deadline. If called several times, the first deadline applies.
    func requestClose(deadline: ContinuousClock.Instant) {
        _ = order { values in
            values.orders.isUrgent = true
            values.orders.deadline = values.orders.deadline ?? deadline
            updateAccepting(&values)
        }
    }

    func waitForEnd(_ continuation: CheckedContinuation<Bool, Never>) {
        let result = values.withLockedValue { values in
            if values.result == nil { values.closes.append(continuation) }
            return values.result
        }
        if let result { continuation.resume(returning: result) }
    }
}

// MARK: - For the thread that writes

extension SinkState {
    /// Takes the orders, and the queued records if `takesRecords`.
    func takeOrders(takesRecords: Bool) -> Orders {
        values.withLockedValue { values in
            values.isIdle = false
            values.isWoken = false
            var orders = values.orders
            values.orders = Orders(deadline: orders.deadline)
            orders.isOverHalf = values.queue.bytes > queueBytes / 2
            orders.isFinished = values.result != nil
            if takesRecords { orders.chunks = values.queue.take() }
            return orders
        }
    }

    func takeRecords() -> [[UInt8]] {
        values.withLockedValue { $0.queue.take() }
    }

    /// Waits until there are orders, `writable` is writable, the time has passed or, if `forRecords`, a record is
    /// queued.
    func wait(_ time: Duration?, writable: Int32? = nil, forRecords: Bool) {
        let mustWait = values.withLockedValue { values in
            if forRecords, values.queue.hasRecordsToTake { return false }
            values.isIdle = forRecords
            return true
        }
        if mustWait { pipe.wait(time, writable: writable) }
    }

    /// Counts records that were moved from memory to a file, and `written` lines that are new in the destination.
    func settle(_ amount: RecordQueue.Amount, written: Int) {
        let done = values.withLockedValue { values in
            values.written += written
            guard values.result == nil else { return [CheckedContinuation<Void, Never>]() }
            values.queue.settle(amount)
            updateAccepting(&values)
            return takeFlushes(&values)
        }
        for flush in done { flush.resume() }
    }

    /// Resumes each `flush` that has nothing left to wait for.
    func answerFlushes() {
        settle(RecordQueue.Amount(), written: 0)
    }

    private func takeFlushes(_ values: inout Values) -> [CheckedContinuation<Void, Never>] {
        guard !values.flushes.isEmpty else { return [] }
        let settled = values.queue.settled.bytes
        let done = values.flushes.filter { $0.end <= settled }
        values.flushes.removeAll { $0.end <= settled }
        return done.map(\.continuation)
    }

    func recycle(_ chunk: inout [UInt8]) {
        values.withLockedValue { $0.queue.recycle(&chunk) }
    }

    func update(failure: RecordSink.Failure?) {
        values.withLockedValue { values in
            values.failure = failure
            updateAccepting(&values)
        }
    }

    func update(spilledBytes: Int) {
        values.withLockedValue { $0.spilledBytes = spilledBytes }
    }

    var isSettled: Bool {
        values.withLockedValue { $0.queue.bytes == 0 }
    }

    /// Drops the records that are not in a file, and resumes all callers that wait.
    func finish() {
        var reopens: [CheckedContinuation<Bool, Never>] = []
        var flushes: [(end: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var closes: [CheckedContinuation<Bool, Never>] = []
        let isComplete = values.withLockedValue { values in
            swap(&reopens, &values.orders.reopens)
            swap(&flushes, &values.flushes)
            swap(&closes, &values.closes)
            let lines = values.queue.discard()
            values.dropped += lines
            let result = values.result ?? (lines == 0)
            values.result = result
            accepting.store(false, ordering: .relaxed)
            return result
        }
        for reopen in reopens { reopen.resume(returning: false) }
        for flush in flushes { flush.continuation.resume() }
        for close in closes { close.resume(returning: isComplete) }
    }
}
