// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore

/// Hands the commands of one event loop to the thread of the engine, and watches their deadlines.
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
    /// What was asked in this tick of the event loop: the thread gets it at once.
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

    /// What the thread has found out. The calls may have ended meanwhile.
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

/// A command on its way through the thread.
struct SQLiteJob: Sendable {
    let command: StoreCommand
    let deadline: NIODeadline
    /// Tells the calls of one store apart.
    let number: Int
    let store: NIOLoopBound<SQLiteStore>
    let storeID: ObjectIdentifier
}
