// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The thread that works on the file.
final class SQLiteWorker: Sendable {
    /// The maximum number of commands in a transaction.
    private static let batchSize = 512
    /// The time between attempts to open the file.
    private static let pause = TimeAmount.milliseconds(100)

    private struct Queue {
        var isStarted = false
        var jobs: [SQLiteJob] = []
        /// Whether the thread is scheduled to take jobs from the queue.
        var isScheduled = false
        var isClosed = false
    }

    /// The state that only the thread uses: therefore `@unchecked Sendable`.
    private struct Connection: @unchecked Sendable {
        var file: SQLiteFile?
        var failure = StoreError.closed
        var nextOpening = NIODeadline.uptimeNanoseconds(0)
    }

    let configuration: SQLiteStoreEngine.Configuration
    private let clock: StoreClock
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let queue = NIOLockedValueBox(Queue())
    /// Locked by the thread only, so that no other thread waits for the lock.
    private let connection = NIOLockedValueBox(Connection())

    init(configuration: SQLiteStoreEngine.Configuration, clock: StoreClock) {
        self.configuration = configuration
        self.clock = clock
    }

    /// Starts the thread, which has the signal mask of the caller, and opens the file. Must be called before the first
    /// command, so that no command waits for the file to be opened.
    func start() {
        let isFirst = queue.withLockedValue { queue in
            guard !queue.isStarted else { return false }
            queue.isStarted = true
            queue.isScheduled = true
            return true
        }
        guard isFirst else { return }
        thread.start()
        schedule()
    }

    /// Queues jobs for the thread.
    ///
    /// - Returns: How many of the jobs were queued: fewer than all when the queue is full.
    func submit(_ jobs: [SQLiteJob]) -> Int {
        let (count, isFirst) = queue.withLockedValue { queue -> (Int, Bool) in
            guard !queue.isClosed else { return (0, false) }
            let count = min(jobs.count, max(0, configuration.maxWaiting - queue.jobs.count))
            queue.jobs += jobs[..<count]
            defer { queue.isScheduled = true }
            return (count, !queue.isScheduled)
        }
        if isFirst { schedule() }
        return count
    }

    func close() async {
        queue.withLockedValue { $0.isClosed = true }
        // Runs after the work that the thread has begun.
        try? await thread.runIfActive { [self] in
            connection.withLockedValue { $0.file = nil }
        }
        try? await thread.shutdownGracefully()
    }

    private func schedule() {
        thread.submit { [self] state in
            if state == .active { work() }
        }
    }

    private func work() {
        let jobs = queue.withLockedValue { queue in
            let limit = min(queue.jobs.count, Self.batchSize)
            // Writing a part of a list takes long, and other processes wait for the file: it is the last in its
            // transaction.
            let count = queue.jobs[..<limit].firstIndex { $0.command.isLong }.map { $0 + 1 } ?? limit
            let jobs = Array(queue.jobs[..<count])
            queue.jobs.removeFirst(count)
            return jobs
        }
        let hasGarbage = connection.withLockedValue { connection in
            openFile(&connection)
            // Commands whose deadlines have passed are not executed.
            let now = NIODeadline.now()
            let live = jobs.filter { $0.deadline > now }
            deliver(results(of: live, &connection, now: now), to: live)
            return connection.file?.hasGarbage ?? false
        }
        let goesOn = queue.withLockedValue { queue in
            queue.isScheduled = !queue.isClosed && (!queue.jobs.isEmpty || hasGarbage)
            return queue.isScheduled
        }
        if goesOn { schedule() }
    }

    private func openFile(_ connection: inout Connection) {
        if connection.file?.isReplaced == true { connection.file = nil }
        guard connection.file == nil, NIODeadline.now() >= connection.nextOpening else { return }
        do throws(StoreError) {
            connection.file = try SQLiteFile(configuration: configuration, clock: clock)
        } catch {
            connection.failure = error
            connection.nextOpening = NIODeadline.now() + Self.pause
        }
    }

    private func results(
        of jobs: [SQLiteJob], _ connection: inout Connection, now: NIODeadline
    ) -> [Result<StoreReply, StoreError>] {
        guard let file = connection.file else { return jobs.map { _ in .failure(connection.failure) } }
        let results = file.execute(jobs.map(\.command), until: jobs.map(\.deadline).max() ?? now)
        // The next pass opens the file again, in case it was replaced or the disk has recovered.
        if file.isBroken { connection.file = nil }
        return results
    }

    /// Delivers results, with one wake-up for each store.
    private func deliver(_ results: [Result<StoreReply, StoreError>], to jobs: [SQLiteJob]) {
        var parts: [ObjectIdentifier: Delivery] = [:]
        for (job, result) in zip(jobs, results) {
            parts[job.storeID, default: Delivery(store: job.store)].results.append((job.number, result))
        }
        for part in parts.values {
            part.store.eventLoop.execute { part.store.value.deliver(part.results) }
        }
    }

    private struct Delivery: Sendable {
        let store: NIOLoopBound<SQLiteStore>
        var results: [(number: Int, result: Result<StoreReply, StoreError>)] = []
    }
}
