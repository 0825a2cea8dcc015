// SPDX-License-Identifier: MIT

import NIOCore

/// Assigns calls to connections: the bookkeeping of ``HTTPTransport`` without any I/O or clock.
///
/// The first connection that is free serves the first waiting call. The n-th opening connection is opened for the n-th
/// waiting call, and that call fails when opening the connection fails. Idle connections are used last in first out, so
/// that a pool larger than the load shrinks.
struct ConnectionPool<Connection: AnyObject, Call: AnyObject> {
    /// The phase of an opening connection.
    enum Phase: Sendable, Hashable {
        case connecting, handshaking
    }

    /// What a waiting call waits for.
    enum Place: Sendable, Hashable {
        /// Any connection; none is being opened for it.
        case queued
        case opening(Phase)
    }

    enum Placement {
        /// The call must be sent on this connection now.
        case run(Connection)
        case wait
        /// The queue has no room; the call is not in the pool.
        case full
    }

    /// Connections and calls whose deadlines have passed; the pool has removed them.
    struct Expired {
        var idle: [Connection] = []
        /// With the call for which the connection was opened.
        var opening: [(connection: Connection, phase: Phase, call: Call?)] = []
        var busy: [Connection] = []
        var waiting: [(call: Call, place: Place)] = []
    }

    private struct Timed<Value> {
        let value: Value
        let deadline: NIODeadline
    }

    private struct Opening {
        let connection: Connection
        var phase: Phase
        var deadline: NIODeadline
    }

    private let maxConnections: Int
    private let maxQueued: Int
    private let responseTimeout: TimeAmount

    private var opening: [Opening] = []
    private var idle: [Timed<Connection>] = []
    private var busy: [ObjectIdentifier: Timed<Connection>] = [:]
    private var waiting = CircularBuffer<Timed<Call>>()

    init(maxConnections: Int, maxQueued: Int, responseTimeout: TimeAmount) {
        precondition(maxConnections >= 1 && maxQueued >= 0)
        self.maxConnections = maxConnections
        self.maxQueued = maxQueued
        self.responseTimeout = responseTimeout
    }

    var connectionCount: Int { opening.count + idle.count + busy.count }
    var idleCount: Int { idle.count }
    var waitingCount: Int { waiting.count }

    /// Whether a connection should be opened. To be followed by ``willOpen(_:until:)``.
    var needsConnection: Bool { opening.count < waiting.count && connectionCount < maxConnections }

    /// The earliest deadline, at which ``expire(now:)`` should be called.
    var nextDeadline: NIODeadline? {
        var next: NIODeadline?
        func consider(_ deadline: NIODeadline) { next = min(next ?? deadline, deadline) }
        for item in opening { consider(item.deadline) }
        for item in idle { consider(item.deadline) }
        for item in busy.values { consider(item.deadline) }
        for item in waiting { consider(item.deadline) }
        return next
    }
}

extension ConnectionPool {
    /// The connection that ``place(_:deadline:now:)`` would use now, or nil without one.
    func nextIdle(now: NIODeadline) -> Connection? {
        idle.last { $0.deadline > now }?.value
    }

    /// Finds a place for a call whose deadline has not passed yet.
    mutating func place(_ call: Call, deadline: NIODeadline, now: NIODeadline) -> Placement {
        // The server may close a connection any moment after its deadline: the alarm will remove it.
        if let index = idle.lastIndex(where: { $0.deadline > now }) {
            let connection = idle.remove(at: index).value
            occupy(connection, deadline: deadline, now: now)
            return .run(connection)
        }
        guard connectionCount < maxConnections || waiting.count < opening.count + maxQueued else { return .full }
        waiting.append(Timed(value: call, deadline: deadline))
        return .wait
    }

    mutating func willOpen(_ connection: Connection, until deadline: NIODeadline) {
        opening.append(Opening(connection: connection, phase: .connecting, deadline: deadline))
    }

    mutating func isHandshaking(_ connection: Connection, until deadline: NIODeadline) {
        guard let index = opening.firstIndex(where: { $0.connection === connection }) else { return }
        opening[index].phase = .handshaking
        opening[index].deadline = deadline
    }

    /// Offers a connection that has opened or has finished a call. If no call waits, the connection is idle until
    /// `idleDeadline`.
    ///
    /// - Returns: The call that must be sent on the connection now, or nil.
    mutating func offer(_ connection: Connection, idleUntil idleDeadline: NIODeadline, now: NIODeadline) -> Call? {
        if busy.removeValue(forKey: ObjectIdentifier(connection)) == nil {
            opening.removeAll { $0.connection === connection }
        }
        // A call must not be sent after its deadline: the alarm will remove it.
        guard let index = waiting.firstIndex(where: { $0.deadline > now }) else {
            idle.append(Timed(value: connection, deadline: idleDeadline))
            return nil
        }
        let next = waiting.remove(at: index)
        occupy(connection, deadline: next.deadline, now: now)
        return next.value
    }

    /// Removes a connection that did not open.
    ///
    /// - Returns: The call for which it was opened, removed too.
    mutating func removeOpening(_ connection: Connection) -> Call? {
        guard let index = opening.firstIndex(where: { $0.connection === connection }) else { return nil }
        return removeOpening(at: index).call
    }

    /// Removes an idle or busy connection that is closed or about to be closed.
    mutating func remove(_ connection: Connection) {
        if busy.removeValue(forKey: ObjectIdentifier(connection)) == nil {
            idle.removeAll { $0.value === connection }
        }
    }

    /// Removes a waiting call that was cancelled.
    ///
    /// - Returns: An opening connection that no waiting call needs any more, removed too.
    mutating func leave(_ call: Call) -> Connection? {
        guard let index = waiting.firstIndex(where: { $0.value === call }) else { return nil }
        waiting.remove(at: index)
        return opening.count > waiting.count ? opening.popLast()?.connection : nil
    }

    /// Removes and returns all connections and calls whose deadlines have passed.
    mutating func expire(now: NIODeadline) -> Expired {
        var expired = Expired()
        for (position, item) in waiting.enumerated() where item.deadline <= now {
            let place = position < opening.count ? Place.opening(opening[position].phase) : .queued
            expired.waiting.append((item.value, place))
        }
        waiting.removeAll { $0.deadline <= now }
        for index in opening.indices.reversed() where opening[index].deadline <= now {
            expired.opening.append(removeOpening(at: index))
        }
        expired.opening.reverse()
        for item in busy.values where item.deadline <= now { expired.busy.append(item.value) }
        for connection in expired.busy { busy[ObjectIdentifier(connection)] = nil }
        for item in idle where item.deadline <= now { expired.idle.append(item.value) }
        idle.removeAll { $0.deadline <= now }
        return expired
    }

    /// Removes and returns all connections and calls.
    mutating func removeAll() -> Expired { expire(now: .distantFuture) }

    private mutating func removeOpening(at index: Int) -> (connection: Connection, phase: Phase, call: Call?) {
        let item = opening.remove(at: index)
        guard index < waiting.count else { return (item.connection, item.phase, nil) }
        let call = waiting.remove(at: waiting.index(waiting.startIndex, offsetBy: index)).value
        return (item.connection, item.phase, call)
    }

    private mutating func occupy(_ connection: Connection, deadline: NIODeadline, now: NIODeadline) {
        busy[ObjectIdentifier(connection)] = Timed(value: connection, deadline: min(deadline, now + responseTimeout))
    }
}
