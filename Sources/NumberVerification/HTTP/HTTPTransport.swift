// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// Carries exchanges over HTTP/1.1 connections that it keeps alive, all on one event loop.
///
/// Nothing is sent twice: a request is written to one connection, once. One alarm watches all timeouts, so that a call
/// needs no timer. A transport with calls in flight keeps itself alive; call ``close()`` at the end.
package final class HTTPTransport: Transport {
    let destination: Destination
    let configuration: HTTPConfiguration
    private let eventLoop: any EventLoop
    private let dialer: HTTPDialer
    private let responseTimeout: TimeAmount
    private let idleTimeout: TimeAmount

    private(set) var pool: ConnectionPool<HTTPConnection, HTTPCall>
    private var isClosed = false
    private var isOpening = false
    /// Whether the server is known to keep connections open after a reply: one has carried two replies, and none has ended
    /// early since.
    private var serverKeepsConnections = false

    /// Reports that are delivered at the end of the event loop's tick.
    private var outbox: [Report] = []

    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture

    /// Opens no connection yet.
    ///
    /// - Throws: ``TrustError`` when the certificates to trust cannot be loaded.
    package init(
        destination: Destination, configuration: HTTPConfiguration = HTTPConfiguration(), eventLoop: any EventLoop
    ) throws(TrustError) {
        self.destination = destination
        self.configuration = configuration
        self.eventLoop = eventLoop
        responseTimeout = TimeAmount(configuration.responseTimeout)
        idleTimeout = TimeAmount(configuration.idleTimeout)
        dialer = try HTTPDialer(destination: destination, configuration: configuration, eventLoop: eventLoop)
        pool = ConnectionPool(
            maxConnections: configuration.maxConnections, maxQueued: configuration.maxQueued,
            responseTimeout: responseTimeout)
    }

    package func send(
        _ request: ByteBuffer, deadline: NIODeadline,
        completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void
    ) -> any Exchange {
        eventLoop.preconditionInEventLoop()
        let call = HTTPCall(request, transport: self, completion: completion)
        begin(call, deadline: deadline)
        return call
    }

    package func close() {
        eventLoop.preconditionInEventLoop()
        isClosed = true
        alarm?.cancel()
        alarm = nil
        let all = pool.removeAll()
        for connection in all.idle { connection.close() }
        for item in all.opening {
            item.connection.close()
            if let call = item.call { fail(call, .cancelled(peer: destination.peer, delivered: .no)) }
        }
        for connection in all.busy { fail(connection, .cancelled(peer: destination.peer, delivered: .maybe)) }
        for item in all.waiting { fail(item.call, .cancelled(peer: destination.peer, delivered: .no)) }
    }

    func cancel(_ call: HTTPCall) {
        eventLoop.preconditionInEventLoop()
        guard !call.isFinished else { return }
        if let connection = call.connection {
            pool.remove(connection)
            fail(connection, .cancelled(peer: destination.peer, delivered: .maybe))
        } else {
            pool.leave(call)?.close()
            fail(call, .cancelled(peer: destination.peer, delivered: .no))
        }
        openConnections()
    }

    /// Places a call, unless the transport is closed or the deadline has passed.
    private func begin(_ call: HTTPCall, deadline: NIODeadline) {
        let now = eventLoop.now
        if isClosed {
            fail(call, .cancelled(peer: destination.peer, delivered: .no))
        } else if deadline <= now {
            fail(call, .deadlinePassed(peer: destination.peer))
        } else {
            place(call, deadline: deadline, now: now)
        }
    }

    private func place(_ call: HTTPCall, deadline: NIODeadline, now: NIODeadline) {
        while let connection = pool.nextIdle(now: now) {
            if !serverKeepsConnections, now - connection.lastRead < Self.settlingTime {
                return placeLater(call, deadline: deadline)
            }
            if connection.isQuiet(now: now) { break }
            drop(connection)
        }
        switch pool.place(call, deadline: deadline, now: now) {
        case .run(let connection):
            watch(min(deadline, now + responseTimeout))
            connection.send(call)
        case .wait:
            watch(deadline)
            openConnections()
        case .full:
            fail(call, .poolFull(peer: destination.peer, hasWaited: false))
        }
    }

    /// Some servers close the connection after a reply without announcing that. The end of the connection arrives a
    /// moment after the reply, and a request that is sent in between is lost with its token. So a call waits for this
    /// time.
    private static let settlingTime = TimeAmount.milliseconds(2)

    private func placeLater(_ call: HTTPCall, deadline: NIODeadline) {
        eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.settlingTime) { [self] in
            if !call.isFinished { begin(call, deadline: deadline) }
        }
    }

    /// Closes an idle connection that has unexpected input or has ended.
    private func drop(_ connection: HTTPConnection) {
        noteEnd(ofIdle: connection)
        pool.remove(connection)
        connection.close()
    }

    private func noteEnd(ofIdle connection: HTTPConnection) {
        if eventLoop.now - connection.lastRead < .seconds(1) { serverKeepsConnections = false }
    }

    private func openConnections() {
        // A connection that fails at once calls this method again.
        guard !isOpening else { return }
        isOpening = true
        defer { isOpening = false }
        while pool.needsConnection {
            let connection = HTTPConnection(transport: self)
            let deadline = eventLoop.now + TimeAmount(configuration.connectTimeout)
            pool.willOpen(connection, until: deadline)
            watch(deadline)
            dialer.dial(connection, for: self)
        }
    }
}

/// Called by connections.
extension HTTPTransport {
    /// The peer of an opening connection was reached; its authentication begins.
    func didConnect(_ connection: HTTPConnection) {
        let deadline = eventLoop.now + TimeAmount(configuration.tlsTimeout)
        pool.isHandshaking(connection, until: deadline)
        watch(deadline)
    }

    func didFailToConnect(_ connection: HTTPConnection, _ error: any Error) {
        didFailToOpen(connection) { .connecting(to: destination, failedWith: error) }
    }

    func didFailHandshake(_ connection: HTTPConnection, _ error: any Error) {
        didFailToOpen(connection) { .handshake(with: destination, failedWith: error) }
    }

    func didOpen(_ connection: HTTPConnection) {
        offer(connection, idleFor: idleTimeout)
    }

    func didAnswer(_ connection: HTTPConnection, _ parsed: HTTPResponseParser.Parsed) {
        guard let call = connection.call else { preconditionFailure("a reply belongs to a call") }
        if connection.replies == 2 { serverKeepsConnections = true }
        report(.reply(parsed, connection, completion: call.finish()))
    }

    /// A connection ended while idle, or before the reply to its call.
    func didLose(_ connection: HTTPConnection, _ call: HTTPCall?, _ failure: ExchangeFailure?) {
        if call == nil { noteEnd(ofIdle: connection) }
        pool.remove(connection)
        if let call, let failure { fail(call, failure) }
        openConnections()
    }

    private func didFailToOpen(_ connection: HTTPConnection, _ failure: () -> ExchangeFailure) {
        connection.close()
        if let call = pool.removeOpening(connection) { fail(call, failure()) }
        openConnections()
    }

    private func offer(_ connection: HTTPConnection, idleFor time: TimeAmount) {
        let now = eventLoop.now
        // On a busy event loop this may run before the alarm: calls whose deadlines have passed must fail first.
        if now >= alarmTime { ring() }
        guard connection.isOpen else { return }
        if let call = pool.offer(connection, idleUntil: now + time, now: now) {
            // The call's own deadline has been watched since the call began to wait.
            watch(now + responseTimeout)
            connection.send(call)
        } else {
            watch(now + time)
        }
    }
}

/// Reports are delivered at the end of the event loop's tick, and so never inside `send`, `cancel` or `close`.
extension HTTPTransport {
    private enum Report {
        case failure(ExchangeFailure, completion: (HTTPCall.Outcome) -> Void)
        case reply(HTTPResponseParser.Parsed, HTTPConnection, completion: (HTTPCall.Outcome) -> Void)
    }

    private func fail(_ connection: HTTPConnection, _ failure: ExchangeFailure) {
        let call = connection.call
        connection.close()
        if let call { fail(call, failure) }
    }

    private func fail(_ call: HTTPCall, _ failure: ExchangeFailure) {
        // A reply may already be on its way to the caller.
        guard !call.isFinished else { return }
        report(.failure(failure, completion: call.finish()))
    }

    private func report(_ report: Report) {
        outbox.append(report)
        guard outbox.count == 1 else { return }
        eventLoop.assumeIsolatedUnsafeUnchecked().execute { self.deliverReports() }
    }

    private func deliverReports() {
        var reports: [Report] = []
        swap(&reports, &outbox)
        for report in reports {
            switch report {
            case .failure(let failure, let completion):
                completion(.failure(failure))
            case .reply(let parsed, let connection, let completion):
                // The connection is recycled first, so that the caller's next call can use it.
                recycle(connection, after: parsed)
                completion(.success(parsed.reply))
            }
        }
    }

    private func recycle(_ connection: HTTPConnection, after parsed: HTTPResponseParser.Parsed) {
        if let time = parsed.idleTime(upTo: idleTimeout), connection.reset(),
            // A connection that becomes idle is checked when it is used next.
            pool.waitingCount == 0 || connection.isQuiet(now: eventLoop.now)
        {
            offer(connection, idleFor: time)
        } else {
            connection.close()
            pool.remove(connection)
            openConnections()
        }
    }
}

/// One alarm for all deadlines. It is not cancelled when a call ends in time, as nearly all do: an alarm that finds
/// nothing to do is cheaper than a timer per call.
extension HTTPTransport {
    private func watch(_ deadline: NIODeadline) {
        guard deadline < alarmTime else { return }
        alarm?.cancel()
        alarmTime = deadline
        alarm = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(deadline: deadline) { self.ring() }
    }

    private func ring() {
        alarm?.cancel()
        alarm = nil
        alarmTime = .distantFuture
        let now = eventLoop.now
        let peer = destination.peer
        let expired = pool.expire(now: now)
        for connection in expired.idle { connection.close() }
        for item in expired.opening {
            item.connection.close()
            guard let call = item.call else { continue }
            fail(call, .openingTimeout(peer: peer, isHandshaking: item.phase == .handshaking))
        }
        for connection in expired.busy { fail(connection, .responseTimeout(peer: peer)) }
        for item in expired.waiting {
            switch item.place {
            case .queued: fail(item.call, .poolFull(peer: peer, hasWaited: true))
            case .opening(let phase): fail(item.call, .openingTimeout(peer: peer, isHandshaking: phase == .handshaking))
            }
        }
        openConnections()
        // Not more often than every millisecond, however many deadlines there are.
        if let next = pool.nextDeadline { watch(max(next, now + .milliseconds(1))) }
    }
}

/// Keeps requests out of dumps.
extension HTTPTransport: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}
