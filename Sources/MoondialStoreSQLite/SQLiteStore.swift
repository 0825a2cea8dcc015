// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore

/// Passes the commands of one event loop to the thread of the engine, and watches their deadlines.
final class SQLiteStore: Store {
    typealias Completion = (Result<StoreReply, StoreError>) -> Void

    private struct Call {
        let deadline: NIODeadline
        let completion: Completion
    }

    private let worker: SQLiteWorker
    private let eventLoop: any EventLoop
    private var calls: [Int: Call] = [:]
    private var lastCall = 0
    private var isClosed = false
    /// The commands of this tick of the event loop, which are passed to the thread together.
    private var outgoing: [SQLiteJob] = []
    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture

    init(worker: SQLiteWorker, eventLoop: any EventLoop) {
        self.worker = worker
        self.eventLoop = eventLoop
    }

    func perform(_ command: StoreCommand, deadline: NIODeadline, completion: @escaping Completion) {
        eventLoop.preconditionInEventLoop()
        if let refusal = command.refusal { return completion(.failure(refusal)) }
        guard !isClosed else { return completion(.failure(.closed)) }
        guard deadline > .now() else { return completion(.failure(.deadlinePassed)) }
        lastCall += 1
        let job = SQLiteJob(
            command: command, deadline: deadline, number: lastCall,
            store: NIOLoopBound(self, eventLoop: eventLoop), storeID: ObjectIdentifier(self))
        calls[lastCall] = Call(deadline: deadline, completion: completion)
        if outgoing.isEmpty { eventLoop.assumeIsolatedUnsafeUnchecked().execute { [self] in submit() } }
        outgoing.append(job)
        watch(deadline)
    }

    private func submit() {
        let jobs = outgoing
        outgoing = []
        guard !isClosed else { return }
        let message = "too many commands wait for the disk; check its load"
        for job in jobs.dropFirst(worker.submit(jobs)) {
            calls.removeValue(forKey: job.number)?.completion(.failure(StoreError(.unavailable, message)))
        }
    }

    func close() {
        isClosed = true
        alarm?.cancel()
        let calls = calls.sorted { $0.key < $1.key }
        self.calls = [:]
        for (_, call) in calls { call.completion(.failure(.closed)) }
    }

    /// Delivers results of the thread. Calls that have ended meanwhile are skipped.
    func deliver(_ results: [(number: Int, result: Result<StoreReply, StoreError>)]) {
        for (number, result) in results { calls.removeValue(forKey: number)?.completion(result) }
    }

    /// One alarm watches all deadlines.
    private func watch(_ time: NIODeadline) {
        guard time < alarmTime, !isClosed else { return }
        alarm?.cancel()
        alarmTime = time
        alarm = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(deadline: time) { [self] in ring() }
    }

    private func ring() {
        alarmTime = .distantFuture
        let now = NIODeadline.now()
        let expired = calls.filter { $0.value.deadline <= now }.sorted { $0.key < $1.key }
        for (number, _) in expired { calls[number] = nil }
        // Not more often than every millisecond, however many deadlines there are.
        if let next = calls.values.map(\.deadline).min() { watch(max(next, now + .milliseconds(1))) }
        for (_, call) in expired { call.completion(.failure(.deadlinePassed)) }
    }
}

/// A command that is passed to the thread.
struct SQLiteJob: Sendable {
    let command: StoreCommand
    let deadline: NIODeadline
    /// Distinguishes the calls of one store.
    let number: Int
    let store: NIOLoopBound<SQLiteStore>
    let storeID: ObjectIdentifier
}
