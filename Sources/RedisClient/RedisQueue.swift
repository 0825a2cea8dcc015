// SPDX-License-Identifier: MIT

import NIOCore
import RESP

/// One command and its completion.
final class RedisCall {
    let command: RESPCommand
    let deadline: NIODeadline
    fileprivate(set) var isSent = false
    /// The bytes of the command, once it is written.
    fileprivate var size = 0
    private var completion: ((Result<RESPValue, RedisError>) -> Void)?

    init(_ command: RESPCommand, deadline: NIODeadline, completion: @escaping (Result<RESPValue, RedisError>) -> Void) {
        self.command = command
        self.deadline = deadline
        self.completion = completion
    }

    /// Whether the call has not finished.
    fileprivate var isWaiting: Bool { completion != nil }

    /// Calls the completion. No effect on a finished call.
    func finish(_ result: Result<RESPValue, RedisError>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

/// The calls of a ``RedisClient``: those that wait for a connection, and those that wait for a reply.
struct RedisQueue {
    private var waiting = CircularBuffer<RedisCall>()
    /// Sent calls in the order of their replies. A call whose deadline has passed stays, since its reply still comes.
    private var sent = CircularBuffer<RedisCall>()
    private(set) var bytes = 0
    /// Since when the server owes a reply: the time of the last reply, or of the first command after all were answered.
    private var quietSince = NIODeadline.uptimeNanoseconds(0)
    private var suspectedSince: NIODeadline?
    /// Whether the server has not answered for too long.
    private(set) var isSuspended = false

    var count: Int { waiting.count + sent.count }

    /// The earliest deadline, at which ``expire(now:)`` should be called.
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

    /// Writes the calls that wait for a connection.
    ///
    /// - Returns: The calls whose deadlines have passed, removed from the queue.
    mutating func writeWaiting(on connection: RedisConnection, now: NIODeadline) -> [RedisCall] {
        let calls = waiting
        waiting.removeAll(keepingCapacity: true)
        var late: [RedisCall] = []
        for call in calls {
            if call.deadline > now { write(call, on: connection, now: now) } else { late.append(call) }
        }
        return late
    }

    /// Removes and returns the call to which the next reply belongs; nil when no reply is expected.
    mutating func nextAnswered(now: NIODeadline) -> RedisCall? {
        guard let call = sent.popFirst() else { return nil }
        bytes -= call.size
        quietSince = now
        isSuspended = false
        suspectedSince = nil
        return call
    }

    /// How long the server has owed a reply; nil when all calls are answered.
    func quietTime(now: NIODeadline) -> TimeAmount? { sent.isEmpty ? nil : now - quietSince }

    /// Notes that the server has not answered for too long. At the second time without a reply in between, the server
    /// is suspended.
    ///
    /// - Returns: Whether the server is suspended.
    mutating func suspect() -> Bool {
        isSuspended = isSuspended || suspectedSince == quietSince
        suspectedSince = quietSince
        return isSuspended
    }

    /// Removes waiting calls whose deadlines have passed.
    ///
    /// - Returns: All calls whose deadlines have passed. Those that were sent stay in the queue.
    mutating func expire(now: NIODeadline) -> [RedisCall] {
        var expired: [RedisCall] = []
        if waiting.contains(where: { $0.deadline <= now }) {
            expired = waiting.filter { $0.deadline <= now }
            waiting.removeAll { $0.deadline <= now }
        }
        for call in sent where call.isWaiting && call.deadline <= now { expired.append(call) }
        return expired
    }

    /// Removes all calls.
    ///
    /// - Returns: The calls in their order.
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
