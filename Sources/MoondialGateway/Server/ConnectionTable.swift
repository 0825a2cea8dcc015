// SPDX-License-Identifier: MIT

package import NIOCore
import Platform
import TextFormats

/// The connections of one event loop, with their time limits.
///
/// One task checks all connections four times a second, so that a request needs no timer. A connection can therefore
/// exceed a time limit by up to a quarter of a second.
package final class ConnectionTable {
    private static let period = TimeAmount.milliseconds(250)

    private let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var sweep: RepeatedTask?
    /// The last second in which a date was needed, and its text.
    private var (dateSecond, dateText) = (Int64.min, "")
    private var emptyWaiters: [EventLoopPromise<Void>] = []
    /// Whether connections end after the reply that they wait for, because the server is being stopped.
    package private(set) var isDraining = false

    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package var count: Int { connections.count }

    /// The value of the Date field of a reply that is written now.
    var date: String {
        let second = WallClock.milliseconds() / 1000
        if second != dateSecond {
            dateSecond = second
            dateText = UTCTime.httpDate(seconds: second)
        }
        return dateText
    }

    func add(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = connection
        guard sweep == nil else { return }
        let table = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { _ in
            table.value.endOverdue()
        }
    }

    func remove(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        for waiter in emptyWaiters { waiter.succeed() }
        emptyWaiters = []
    }

    private func endOverdue() {
        let now = eventLoop.now
        for connection in connections.values where connection.deadline <= now { connection.deadlinePassed() }
    }

    /// Ends idle connections now, and each other one after its reply. The future succeeds when none is left.
    package func drain() -> EventLoopFuture<Void> {
        isDraining = true
        let promise = eventLoop.makePromise(of: Void.self)
        if connections.isEmpty {
            promise.succeed()
        } else {
            emptyWaiters.append(promise)
            for connection in Array(connections.values) { connection.endIfIdle() }
        }
        return promise.futureResult
    }

    /// Ends all connections, whatever they are doing.
    package func closeAll() {
        isDraining = true
        for connection in Array(connections.values) { connection.close() }
    }
}
