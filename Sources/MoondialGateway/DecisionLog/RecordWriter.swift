// SPDX-License-Identifier: MIT

/// Moves records from the queue to the destination, on the sink's own thread.
///
/// The order of records is: `current`, the spill file, `incoming`, the queue.
struct RecordWriter: Sendable {
    private enum Outcome {
        /// There may be more to write.
        case goesOn
        case drained
        /// The destination is a pipe that is full.
        case blocked
        case failed
    }

    private let state: SinkState
    private let report: @Sendable (RecordSink.Event) -> Void
    private let collecting: Duration
    private var destination: LogDestination
    private var spill: SpillFile?
    /// The batch that is being written.
    private var current: RecordBatch?
    /// Chunks that were taken from the queue.
    private var incoming: [[UInt8]] = []
    private var retry = Retry()
    private var failure: RecordSink.Failure?
    private var spillFailure: RecordSink.Failure?
    /// Whether something was written or spilled since records were last collected.
    private var isCollecting = false

    init(
        state: SinkState, destination: LogDestination, spill: SpillFile?, options: RecordSink.Options,
        report: @escaping @Sendable (RecordSink.Event) -> Void
    ) {
        self.state = state
        self.destination = destination
        self.spill = spill
        self.report = report
        collecting = options.collecting
    }

    /// Returns when the sink is closed.
    mutating func run() {
        updateSpilledBytes()
        while true {
            let orders = state.takeOrders(takesRecords: incoming.isEmpty)
            incoming += orders.chunks
            if orders.reportsDrop { report(.dropping) }
            for continuation in orders.reopens { continuation.resume(returning: reopen()) }
            let isOver = orders.deadline.map { $0 <= .now } ?? false
            if failure != nil || orders.isOverHalf || isOver { spillRecords() }
            let outcome = orders.isUrgent || retry.isDue ? writeBatch() : .failed
            state.answerFlushes()
            if orders.isFinished || orders.deadline != nil && isEnd(outcome, isOver: isOver) { break }
            wait(after: outcome, deadline: orders.deadline)
        }
        state.finish()
        destination.close()
        spill?.close()
    }

    /// Whether a sink that is being closed needs no further pass.
    private mutating func isEnd(_ outcome: Outcome, isOver: Bool) -> Bool {
        switch outcome {
        case .goesOn: false
        case .drained: true
        case .blocked: isOver
        case .failed: isOver || (spill == nil ? isGone : isSpilled)
        }
    }

    /// Whether the destination takes nothing any more, however long one waits.
    private var isGone: Bool { failure.map { destination.isGone(after: $0) } ?? false }

    private var isSpilled: Bool { state.isSettled && incoming.isEmpty }

    private mutating func wait(after outcome: Outcome, deadline: ContinuousClock.Instant?) {
        var time: Duration?
        var writable: Int32?
        var forRecords = false
        switch outcome {
        case .goesOn: return
        case .drained where isCollecting: time = collecting
        case .drained: forRecords = true
        case .blocked: writable = destination.writable
        case .failed:
            // Records are spilled as they come, so that few are lost if the process is killed.
            forRecords = spill != nil && spillFailure == nil && incoming.isEmpty && !isCollecting
            time = isCollecting && spill != nil ? min(collecting, retry.time) : retry.time
        }
        isCollecting = false
        if let deadline { time = min(time ?? .seconds(3600), deadline - .now) }
        state.wait(time, writable: writable, forRecords: forRecords)
    }
}

// MARK: - Writing

extension RecordWriter {
    /// Writes one batch.
    private mutating func writeBatch() -> Outcome {
        if current == nil {
            guard loadBatch() else { return failed(nil) }
        }
        guard current != nil else { return .drained }
        isCollecting = true
        while let batch = current {
            let progress = destination.write(batch)
            if let failure = destination.takeRotationFailure() { report(.fileNotReplaced(failure)) }
            switch progress {
            case .written(let count): advance(by: count)
            case .blocked: return .blocked
            case .failed(let failure): return failed(failure)
            }
        }
        return .goesOn
    }

    /// - Returns: False if the spill file cannot be read.
    private mutating func loadBatch() -> Bool {
        if let spill, spill.bytes > 0 {
            switch spill.firstLines() {
            case .success(let batch): current = batch
            case .failure(let failure):
                note(spillFailure: failure)
                return false
            }
        } else if !incoming.isEmpty {
            current = RecordBatch(incoming.removeFirst(), from: .memory)
        }
        return true
    }

    private mutating func advance(by count: Int) {
        if failure != nil {
            failure = nil
            state.update(failure: nil)
            report(.recovered)
        }
        retry.reset()
        guard let lines = current?.advance(by: count) else { return }
        switch current?.origin {
        case .memory: state.settle(lines, written: lines.lines)
        case .spill: state.settle(RecordQueue.Amount(), written: lines.lines)
        case nil: break
        }
        if current?.isComplete == true { endBatch() }
    }

    private mutating func endBatch() {
        switch current?.origin {
        case .spill(let bytes):
            spill?.removeFirst(bytes: bytes)
            updateSpilledBytes()
            current = nil
        case .memory:
            var bytes = current?.takeBytes() ?? []
            current = nil
            state.recycle(&bytes)
        case nil: break
        }
    }

    /// Plans the next attempt, and notes a failure of the destination. `failure` is nil for a failure of the spill
    /// file, which was noted before.
    private mutating func failed(_ failure: RecordSink.Failure?) -> Outcome {
        retry.postpone()
        if let failure {
            let isFirst = self.failure == nil
            self.failure = failure
            state.update(failure: failure)
            if isFirst {
                report(.failing(failure))
                spillRecords()
            }
        }
        return .failed
    }

    private mutating func reopen() -> Bool {
        retry.reset()
        do throws(RecordSinkError) {
            guard let file = try destination.openAgain() else { return true }
            // A partly written line is completed in the old file. If that fails, the whole line is written to the new
            // one.
            while let batch = current, batch.isTorn, case .written(let count) = destination.write(batch) {
                advance(by: count)
            }
            current?.restartLine()
            destination.use(file)
            return true
        } catch {
            report(.fileNotReplaced(RecordSink.Failure(code: error.code)))
            return false
        }
    }
}

// MARK: - Spilling

extension RecordWriter {
    /// Moves everything in memory to the spill file, as far as there is room.
    private mutating func spillRecords() {
        guard spill != nil else { return }
        if let batch = current, case .memory = batch.origin {
            guard appendToSpill(batch.remainingLines) else { return }
            current = batch.tornLine()
        }
        repeat {
            while let chunk = incoming.first {
                guard appendToSpill(chunk[...]) else { return }
                incoming.removeFirst()
            }
            incoming = state.takeRecords()
        } while !incoming.isEmpty
    }

    private mutating func appendToSpill(_ lines: ArraySlice<UInt8>) -> Bool {
        switch spill?.append(lines) {
        case .appended:
            isCollecting = true
            updateSpilledBytes()
            state.settle(RecordQueue.Amount(bytes: lines.count, lines: RecordBatch.lines(in: lines)), written: 0)
            spillFailure = nil
            return true
        case .failed(let failure):
            note(spillFailure: failure)
            return false
        case .full, nil: return false
        }
    }

    private mutating func note(spillFailure failure: RecordSink.Failure) {
        if spillFailure == nil { report(.spillFailing(failure)) }
        spillFailure = failure
    }

    private func updateSpilledBytes() {
        if let spill { state.update(spilledBytes: spill.bytes) }
    }
}

/// The time of the next attempt: after 50 ms, doubled with each failure, up to a second.
private struct Retry: Sendable {
    private static let first = Duration.milliseconds(50)

    private var delay = Self.first
    private var due: ContinuousClock.Instant?

    var isDue: Bool { due.map { $0 <= .now } ?? true }

    /// The time until the next attempt.
    var time: Duration { due.map { max(.zero, $0 - .now) } ?? .zero }

    mutating func postpone() {
        due = .now + delay
        delay = min(delay * 2, .seconds(1))
    }

    mutating func reset() {
        (delay, due) = (Self.first, nil)
    }
}
