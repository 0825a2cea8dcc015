// SPDX-License-Identifier: MIT

import NIOCore
import RESP

/// One command on its way.
final class RedisCall {
    let command: RESPCommand
    let deadline: NIODeadline
    fileprivate(set) var isSent = false
    /// In bytes, once it is written.
    fileprivate var size = 0
    private var completion: ((Result<RESPValue, RedisError>) -> Void)?

    init(_ command: RESPCommand, deadline: NIODeadline, completion: @escaping (Result<RESPValue, RedisError>) -> Void) {
        self.command = command
        self.deadline = deadline
        self.completion = completion
    }

    /// Whether its caller still waits.
    fileprivate var isWaiting: Bool { completion != nil }

    /// No effect once finished.
    func finish(_ result: Result<RESPValue, RedisError>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

/// The calls of a ``RedisClient``: those that wait for a connection, and those that wait for a reply.
struct RedisQueue {
    private var waiting = CircularBuffer<RedisCall>()
    /// In the order of their replies. A call whose deadline has passed keeps its place.
    private var sent = CircularBuffer<RedisCall>()
    private(set) var bytes = 0
    /// When the last reply came or, if that is later, the first command was written after all were answered.
    private var quietSince = NIODeadline.uptimeNanoseconds(0)
    private var suspectedSince: NIODeadline?
    /// Whether the server has been silent for too long.
    private(set) var isSuspended = false

    var count: Int { waiting.count + sent.count }

    /// When ``expire(now:)`` has something to do.
    var nextDeadline: NIODeadline? {
        var next: NIODeadline?
        for call in waiting { next = min(next ?? call.deadline, call.deadline) }
        for call in sent where call.isWaiting { next = min(next ?? call.deadline, call.deadline) }
        return next
    }

    mutating func wait(_ call: RedisCall) { waiting.append(call) }

    mutating func write(_ call: RedisCall, on connection: RedisConnection, now: NIODeadline) {
        if sent.isEmpty { quietSince = now }
        call.isSent = true
        call.size = connection.write(call.command)
        bytes += call.size
        sent.append(call)
    }

    /// Writes what waits for a connection.
    ///
    /// - Returns: What came too late for that, forgotten.
    mutating func writeWaiting(on connection: RedisConnection, now: NIODeadline) -> [RedisCall] {
        let calls = waiting
        waiting.removeAll(keepingCapacity: true)
        var late: [RedisCall] = []
        for call in calls {
            if call.deadline > now { write(call, on: connection, now: now) } else { late.append(call) }
        }
        return late
    }

    /// The call to which the next reply belongs, forgotten; nil when none is expected.
    mutating func nextAnswered(now: NIODeadline) -> RedisCall? {
        guard let call = sent.popFirst() else { return nil }
        bytes -= call.size
        quietSince = now
        isSuspended = false
        suspectedSince = nil
        return call
    }

    /// How long the server has owed a reply; nil when it does not.
    func quietTime(now: NIODeadline) -> TimeAmount? { sent.isEmpty ? nil : now - quietSince }

    /// Notes that the server has been silent for too long; at the second time without a reply in between, it is suspended.
    mutating func suspect() -> Bool {
        isSuspended = isSuspended || suspectedSince == quietSince
        suspectedSince = quietSince
        return isSuspended
    }

    /// - Returns: The calls whose deadlines have passed. Those that were sent keep their place.
    mutating func expire(now: NIODeadline) -> [RedisCall] {
        var expired: [RedisCall] = []
        if waiting.contains(where: { $0.deadline <= now }) {
            expired = waiting.filter { $0.deadline <= now }
            waiting.removeAll { $0.deadline <= now }
        }
        for call in sent where call.isWaiting && call.deadline <= now { expired.append(call) }
        return expired
    }

    /// Forgets all calls.
    ///
    /// - Returns: Those, in their order.
    mutating func removeAll() -> [RedisCall] {
        let calls = Array(sent) + Array(waiting)
        sent.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        bytes = 0
        isSuspended = false
        suspectedSince = nil
        return calls
    }
}
