// SPDX-License-Identifier: MIT

import NIOCore
import Testing

@testable import NumberVerification

struct ConnectionPoolTests {
    final class Connection {}
    final class Call {}
    typealias Pool = ConnectionPool<Connection, Call>

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func time(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    private static func pool(connections: Int = 2, queue: Int = 2) -> Pool {
        Pool(maxConnections: connections, maxQueued: queue, responseTimeout: .seconds(8))
    }

    /// Places a call, and returns the connections that the pool then opens.
    private static func place(
        _ call: Call, in pool: inout Pool, until deadline: NIODeadline = time(100)
    ) -> [Connection] {
        _ = pool.place(call, deadline: deadline, now: start)
        var opened: [Connection] = []
        while pool.needsConnection {
            let connection = Connection()
            pool.willOpen(connection, until: time(3))
            opened.append(connection)
        }
        return opened
    }

    @Test func connectionIsOpenedForEveryWaitingCallUpToTheLimit() {
        var pool = Self.pool(connections: 2, queue: 5)
        #expect(!pool.needsConnection)
        #expect(Self.place(Call(), in: &pool).count == 1)
        #expect(Self.place(Call(), in: &pool).count == 1)
        #expect(Self.place(Call(), in: &pool).isEmpty)
        #expect(pool.connectionCount == 2)
        #expect(pool.waitingCount == 3)
    }

    @Test func callBeyondTheQueueLimitIsRefused() {
        var pool = Self.pool(connections: 1, queue: 1)
        _ = Self.place(Call(), in: &pool)
        _ = Self.place(Call(), in: &pool)
        guard case .full = pool.place(Call(), deadline: Self.time(9), now: Self.start) else {
            Issue.record("the third call has no place")
            return
        }
        #expect(pool.waitingCount == 2)
    }

    @Test func callWaitsForItsOpeningConnectionEvenWithoutAQueue() {
        var pool = Self.pool(connections: 1, queue: 0)
        #expect(Self.place(Call(), in: &pool).count == 1)
        guard case .full = pool.place(Call(), deadline: Self.time(9), now: Self.start) else {
            Issue.record("the second call has no place")
            return
        }
    }

    @Test func callsAreServedInOrderByTheFirstReadyConnection() throws {
        var pool = Self.pool(connections: 2, queue: 2)
        let calls = [Call(), Call(), Call()]
        let first = try #require(Self.place(calls[0], in: &pool).first)
        let second = try #require(Self.place(calls[1], in: &pool).first)
        _ = Self.place(calls[2], in: &pool)
        #expect(pool.offer(second, idleUntil: Self.time(15), now: Self.start) === calls[0])
        #expect(pool.offer(second, idleUntil: Self.time(15), now: Self.start) === calls[1])
        #expect(pool.offer(first, idleUntil: Self.time(15), now: Self.start) === calls[2])
        #expect(pool.offer(first, idleUntil: Self.time(15), now: Self.start) == nil)
        #expect(pool.idleCount == 1)
    }

    @Test func idleConnectionThatWasUsedLastIsUsedNext() throws {
        var pool = Self.pool()
        let connections = [Self.place(Call(), in: &pool), Self.place(Call(), in: &pool)].flatMap { $0 }
        try #require(connections.count == 2)
        for connection in connections { _ = pool.offer(connection, idleUntil: Self.time(15), now: Self.start) }
        for connection in connections { _ = pool.offer(connection, idleUntil: Self.time(15), now: Self.start) }
        guard case .run(let connection) = pool.place(Call(), deadline: Self.time(9), now: Self.start) else {
            Issue.record("there are idle connections")
            return
        }
        #expect(connection === connections[1])
    }

    @Test func connectionIsNotUsedAfterItsIdleTime() throws {
        var pool = Self.pool()
        let old = try #require(Self.place(Call(), in: &pool).first)
        _ = pool.offer(old, idleUntil: Self.time(1), now: Self.start)
        _ = pool.offer(old, idleUntil: Self.time(1), now: Self.start)
        guard case .wait = pool.place(Call(), deadline: Self.time(9), now: Self.time(1)) else {
            Issue.record("the server may close the idle connection any moment")
            return
        }
        #expect(pool.needsConnection)
        #expect(pool.expire(now: Self.time(1)).idle.first === old)
    }

    @Test func callIsNotSentAfterItsDeadline() throws {
        var pool = Self.pool(connections: 1)
        let (late, next) = (Call(), Call())
        let connection = try #require(Self.place(Call(), in: &pool).first)
        _ = pool.offer(connection, idleUntil: Self.time(15), now: Self.start)
        _ = Self.place(late, in: &pool, until: Self.time(1))
        _ = Self.place(next, in: &pool, until: Self.time(5))
        #expect(pool.offer(connection, idleUntil: Self.time(15), now: Self.time(1)) === next)
        #expect(pool.expire(now: Self.time(1)).waiting.map(\.call).first === late)
    }

    @Test func failedConnectionFailsTheCallForWhichItWasOpened() throws {
        var pool = Self.pool(connections: 2, queue: 2)
        let calls = [Call(), Call(), Call()]
        let connections = calls.flatMap { Self.place($0, in: &pool) }
        try #require(connections.count == 2)
        #expect(pool.removeOpening(connections[1]) === calls[1])
        #expect(pool.needsConnection, "the third call still waits")
        #expect(pool.removeOpening(connections[0]) === calls[0])
        #expect(pool.removeOpening(connections[0]) == nil)
        #expect(pool.waitingCount == 1)
    }

    @Test func failedConnectionWithoutAWaitingCallFailsNone() throws {
        var pool = Self.pool(connections: 2)
        let calls = [Call(), Call()]
        let connections = calls.flatMap { Self.place($0, in: &pool) }
        try #require(connections.count == 2)
        _ = pool.offer(connections[0], idleUntil: Self.time(15), now: Self.start)
        _ = pool.offer(connections[0], idleUntil: Self.time(15), now: Self.start)
        #expect(pool.waitingCount == 0)
        #expect(pool.removeOpening(connections[1]) == nil)
    }

    @Test func cancelledWaitingCallClosesItsOpeningConnection() throws {
        var pool = Self.pool(connections: 2)
        let calls = [Call(), Call(), Call()]
        let connections = calls.flatMap { Self.place($0, in: &pool) }
        try #require(connections.count == 2)
        #expect(pool.leave(calls[0]) == nil, "the third call takes its place")
        #expect(pool.leave(calls[1]) === connections[1])
        #expect(pool.leave(calls[1]) == nil, "given up once")
        #expect(pool.leave(calls[2]) === connections[0])
        #expect(pool.connectionCount == 0)
    }

    @Test func expiredCallReportsWhatItWaitedFor() throws {
        var pool = Self.pool(connections: 2, queue: 2)
        let calls = [Call(), Call(), Call()]
        let connections = calls.flatMap { Self.place($0, in: &pool, until: Self.time(1)) }
        try #require(!connections.isEmpty)
        pool.isHandshaking(connections[0], until: Self.time(5))
        let expired = pool.expire(now: Self.time(1))
        #expect(expired.waiting.map(\.place) == [.opening(.handshaking), .opening(.connecting), .queued])
        #expect(zip(expired.waiting, calls).allSatisfy { $0.call === $1 })
    }

    @Test func everyPhaseHasItsOwnTimeout() throws {
        var pool = Self.pool(connections: 3)
        let calls = [Call(), Call(), Call()]
        let connections = calls.flatMap { Self.place($0, in: &pool) }
        try #require(connections.count == 3)
        pool.isHandshaking(connections[1], until: Self.time(6))
        _ = pool.offer(connections[2], idleUntil: Self.time(15), now: Self.start)
        #expect(pool.nextDeadline == Self.time(3))

        let connecting = pool.expire(now: Self.time(3)).opening
        #expect(connecting.map(\.phase) == [.connecting])
        #expect(connecting.first?.call === calls[1])
        let handshaking = pool.expire(now: Self.time(6)).opening
        #expect(handshaking.map(\.phase) == [.handshaking])
        #expect(handshaking.first?.call === calls[2])
        #expect(pool.nextDeadline == Self.time(8), "the response timeout")
        #expect(pool.expire(now: Self.time(8)).busy.first === connections[2])
        #expect(pool.nextDeadline == nil)
    }

    @Test func deadlineOfTheCallComesBeforeTheResponseTimeout() throws {
        var pool = Self.pool()
        let connection = try #require(Self.place(Call(), in: &pool, until: Self.time(2)).first)
        _ = pool.offer(connection, idleUntil: Self.time(15), now: Self.start)
        #expect(pool.nextDeadline == Self.time(2))
    }

    @Test func removedConnectionMakesRoomForAnother() throws {
        var pool = Self.pool(connections: 1)
        let connection = try #require(Self.place(Call(), in: &pool).first)
        _ = pool.offer(connection, idleUntil: Self.time(15), now: Self.start)
        _ = Self.place(Call(), in: &pool)
        #expect(!pool.needsConnection)
        pool.remove(connection)
        #expect(pool.needsConnection)
    }

    @Test func removeAllEmptiesThePool() throws {
        var pool = Self.pool(connections: 3, queue: 9)
        let connections = (0..<4).flatMap { _ in Self.place(Call(), in: &pool, until: .distantFuture) }
        try #require(!connections.isEmpty)
        _ = pool.offer(connections[0], idleUntil: .distantFuture, now: Self.start)
        let all = pool.removeAll()
        #expect(all.busy.count == 1)
        #expect(all.opening.count + all.waiting.count >= 3)
        #expect(pool.connectionCount == 0)
        #expect(pool.waitingCount == 0)
        #expect(pool.nextDeadline == nil)
    }
}
