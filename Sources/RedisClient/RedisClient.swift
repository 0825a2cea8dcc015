// SPDX-License-Identifier: MIT

package import NIOCore
package import RESP

/// Sends commands to a Redis server over one connection, for one event loop.
///
/// Commands of one tick of the event loop are written together, and replies come in their order. A connection that ends
/// is established again, with pauses that grow after each failure. No command is sent twice. While the server cannot be
/// reached or does not answer, calls fail at once instead of each waiting for its deadline.
package final class RedisClient {
    enum State {
        /// Nothing was sent yet.
        case idle
        /// Sentinels are being asked for the address.
        case locating(SentinelQuery)
        case connecting(RedisConnection, RedisHandshake, until: NIODeadline)
        case ready(RedisConnection)
        /// The client waits before it connects again.
        case pausing
        case closed
    }

    let configuration: RedisConfiguration
    let eventLoop: any EventLoop
    let dialer: RedisDialer
    var state = State.idle
    /// Why the last connection ended; part of messages while there is none.
    private var lastFailure = ""
    /// The number of successive connections that ended before a command was answered.
    private var failures = 0
    private var firstSentinel = 0

    private var queue = RedisQueue()
    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture

    /// Connects with the first command. Without `tls`, nothing is encrypted.
    package init(configuration: RedisConfiguration, tls: RedisTLS?, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        dialer = RedisDialer(tls: tls, connectTimeout: TimeAmount(configuration.connectTimeout), eventLoop: eventLoop)
    }

    /// Sends a command, once.
    ///
    /// - Parameters:
    ///   - command: Must not be a blocking command or a subscription, which would delay all others.
    ///   - deadline: When the call fails at the latest.
    ///   - completion: Called once with the reply, which can be an error of the server: in this call or later.
    package func send(
        _ command: RESPCommand, deadline: NIODeadline, completion: @escaping (Result<RESPValue, RedisError>) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        let now = NIODeadline.now()
        if let refusal = refusal(deadline: deadline, now: now) { return completion(.failure(refusal)) }
        let call = RedisCall(command, deadline: deadline, completion: completion)
        if case .ready(let connection) = state {
            queue.write(call, on: connection, now: now)
            watch(min(deadline, now + TimeAmount(configuration.suspensionTime)))
        } else {
            queue.wait(call)
            watch(deadline)
            if case .idle = state { connect() }
        }
    }

    /// Closes the connection. Calls in flight and later calls fail with `closed`.
    package func close() {
        eventLoop.preconditionInEventLoop()
        let old = state
        state = .closed
        alarm?.cancel()
        alarm = nil
        switch old {
        case .connecting(let connection, _, _), .ready(let connection): connection.close()
        case .locating(let query): query.cancel()
        case .idle, .pausing, .closed: break
        }
        for call in queue.removeAll() {
            call.finish(.failure(RedisError(.closed, "the Redis client was closed", wasSent: call.isSent)))
        }
    }

    private func refusal(deadline: NIODeadline, now: NIODeadline) -> RedisError? {
        if case .closed = state { return RedisError(.closed, "the Redis client was closed", wasSent: false) }
        if deadline <= now { return RedisError(.timeout, "the deadline had passed already", wasSent: false) }
        if isBroken {
            return RedisError(.unavailable, "\(lastFailure); the client goes on trying", wasSent: false)
        }
        // A call with a later deadline may still get its reply, or the error of the connection.
        if queue.isSuspended, deadline - now < TimeAmount(configuration.stallTimeout) {
            return RedisError(
                .unavailable, "\(configuration.server) has not answered for a while; check its load", wasSent: false)
        }
        if queue.count >= configuration.maxInFlight || queue.bytes >= configuration.maxBytesInFlight {
            return RedisError(
                .unavailable, "too many commands wait for \(configuration.server); check its load", wasSent: false)
        }
        return nil
    }

    /// Whether calls fail at once. They wait for the first new connection after one that worked, but not after more
    /// failures.
    private var isBroken: Bool {
        switch state {
        case .pausing: true
        case .connecting, .locating: failures > 1
        case .idle, .ready, .closed: false
        }
    }
}

/// Connections.
extension RedisClient: RedisConnectionOwner {
    private func connect() {
        switch configuration.server {
        case .at(let address): connect(to: address)
        case .sentinels(let addresses, let primary):
            let query = SentinelQuery(addresses: addresses, startingAt: firstSentinel, primary: primary, client: self)
            state = .locating(query)
            query.ask()
        }
    }

    private func connect(to address: RedisAddress) {
        let connection = RedisConnection(peer: "\(address)", owner: self, eventLoop: eventLoop)
        let end = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
        state = .connecting(connection, RedisHandshake(configuration: configuration), until: end)
        watch(end)
        dialer.dial(connection, to: address)
    }

    func didLocate(_ address: RedisAddress, by query: SentinelQuery) {
        guard case .locating(let current) = state, current === query else { return }
        connect(to: address)
    }

    func didNotLocate(_ query: SentinelQuery, _ message: String) {
        guard case .locating(let current) = state, current === query else { return }
        pause(message)
    }

    func didOpen(_ connection: RedisConnection) {
        guard case .connecting(let current, var handshake, let end) = state, current === connection else { return }
        let step = handshake.begin()
        state = .connecting(connection, handshake, until: end)
        perform(step, on: connection)
    }

    func didReceive(_ value: RESPValue, on connection: RedisConnection) {
        switch state {
        case .connecting(let current, var handshake, let end) where current === connection:
            let step = handshake.receive(value)
            state = .connecting(connection, handshake, until: end)
            perform(step, on: connection)
        case .ready(let current) where current === connection:
            guard let call = queue.nextAnswered(now: .now()) else {
                return connection.fail("\(configuration.server) sent an unexpected reply")
            }
            // The primary has become a replica.
            if case .error(let error) = value, error.code == "READONLY" {
                call.finish(.success(value))
                return connection.fail("\(configuration.server) is a replica that cannot be written (READONLY)")
            }
            failures = 0
            call.finish(.success(value))
        default: break
        }
    }

    func didFail(_ connection: RedisConnection, _ message: String) {
        switch state {
        case .connecting(let current, _, _) where current === connection: pause(message)
        case .ready(let current) where current === connection: pause(message)
        default: break
        }
    }

    private func perform(_ step: RedisHandshake.Step, on connection: RedisConnection) {
        switch step {
        case .send(let commands): for command in commands { connection.write(command) }
        case .wait: break
        case .fail(let message): connection.fail(message)
        case .ready:
            state = .ready(connection)
            let now = NIODeadline.now()
            for call in queue.writeWaiting(on: connection, now: now) { call.finish(.failure(timeout(of: call))) }
            watch(now + TimeAmount(configuration.suspensionTime))
        }
    }

    /// Fails all calls, and connects again after a pause.
    private func pause(_ message: String) {
        failures += 1
        firstSentinel += 1
        lastFailure = message
        state = .pausing
        let calls = queue.removeAll()
        let time = RedisPause.time(
            afterFailure: failures, shortest: configuration.shortestPause, longest: configuration.longestPause,
            random: Double.random(in: 0..<1))
        if time == .zero {
            connect()
        } else {
            eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: TimeAmount(time)) { [weak self] in
                guard let self, case .pausing = state else { return }
                connect()
            }
        }
        for call in calls {
            call.finish(.failure(RedisError(call.isSent ? .lost : .unavailable, message, wasSent: call.isSent)))
        }
    }
}

/// Time.
extension RedisClient {
    private func timeout(of call: RedisCall) -> RedisError {
        let message =
            call.isSent
            ? "\(configuration.server) did not answer in time"
            : "there was no connection to \(configuration.server) in time"
        return RedisError(.timeout, message, wasSent: call.isSent)
    }

    /// One alarm watches all deadlines.
    private func watch(_ time: NIODeadline) {
        guard time < alarmTime else { return }
        if case .closed = state { return }
        alarm?.cancel()
        alarmTime = time
        alarm = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(deadline: time) { [self] in ring() }
    }

    private func ring() {
        alarm = nil
        alarmTime = .distantFuture
        let now = NIODeadline.now()
        let expired = queue.expire(now: now)
        if let next = queue.nextDeadline { watch(max(next, now + .milliseconds(1))) }
        switch state {
        case .connecting(let connection, _, let end):
            if end <= now {
                let limit = configuration.connectTimeout
                connection.fail("\(configuration.server) gave no working connection within \(limit)")
            } else {
                watch(end)
            }
        case .ready(let connection): lookForStall(of: connection, now: now)
        case .idle, .locating, .pausing, .closed: break
        }
        for call in expired { call.finish(.failure(timeout(of: call))) }
    }

    private func lookForStall(of connection: RedisConnection, now: NIODeadline) {
        guard let quiet = queue.quietTime(now: now) else { return }
        let suspensionTime = TimeAmount(configuration.suspensionTime)
        let stallTimeout = TimeAmount(configuration.stallTimeout)
        guard quiet >= suspensionTime else { return watch(now + suspensionTime - quiet) }
        if queue.isSuspended, quiet >= stallTimeout {
            connection.fail("\(configuration.server) has not answered for \(configuration.stallTimeout)")
        } else {
            // If the event loop was busy, a reply may wait to be read. It is read before the next check.
            let isConfirmed = queue.suspect()
            watch(isConfirmed ? now + max(stallTimeout - quiet, .milliseconds(1)) : now + .milliseconds(1))
        }
    }
}

/// The pause before the next connection.
enum RedisPause {
    /// No pause after the first failure. Then the pause doubles with each failure, less a random part of up to a half,
    /// so that clients do not all connect at the same time when a server comes back.
    static func time(afterFailure count: Int, shortest: Duration, longest: Duration, random: Double) -> Duration {
        guard count > 1 else { return .zero }
        let full = min(shortest * (1 << min(count - 2, 16)), longest)
        return full * (1 - random / 2)
    }
}
