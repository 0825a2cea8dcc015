// SPDX-License-Identifier: MIT

import NIOCore

/// The workers of a gateway: one for each event loop.
struct WorkerPool: Sendable {
    private struct Place: Sendable {
        let eventLoop: any EventLoop
        let worker: NIOLoopBound<GatewayWorker>
    }

    private let places: [Place]

    /// - Parameters:
    ///   - eventLoops: At least one.
    ///   - makeWorker: Called on each event loop.
    /// - Throws: The first error of `makeWorker`. The workers made before it are closed then.
    init(
        on eventLoops: [any EventLoop], makeWorker: @escaping @Sendable (any EventLoop) throws -> GatewayWorker
    ) async throws {
        var places: [Place] = []
        do {
            for eventLoop in eventLoops {
                let worker = try await eventLoop.submit {
                    NIOLoopBound(try makeWorker(eventLoop), eventLoop: eventLoop)
                }.get()
                places.append(Place(eventLoop: eventLoop, worker: worker))
            }
        } catch {
            for place in places { place.eventLoop.execute { place.worker.value.close() } }
            throw error
        }
        self.places = places
    }

    /// The event loops of the workers.
    var eventLoops: [any EventLoop] { places.map(\.eventLoop) }

    /// The worker of an event loop. Must be called on that event loop.
    func worker(on eventLoop: any EventLoop) -> GatewayWorker {
        guard let place = places.first(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("a connection is on an event loop without a worker")
        }
        return place.worker.value
    }

    /// Calls `body` with each worker, on its event loop, one after the other. Event loops that have ended are left out.
    func forEach<Value: Sendable>(_ body: @escaping @Sendable (GatewayWorker) -> Value) async -> [Value] {
        var values: [Value] = []
        for place in places {
            if let value = try? await place.eventLoop.submit({ body(place.worker.value) }).get() {
                values.append(value)
            }
        }
        return values
    }

    /// Calls `body` with the first worker, on its event loop. Nil if the event loop has ended.
    func first<Value: Sendable>(_ body: @escaping @Sendable (GatewayWorker) -> Value) async -> Value? {
        let place = places[0]
        return try? await place.eventLoop.submit { body(place.worker.value) }.get()
    }

    /// Ends idle connections, and the others after the reply that they wait for.
    ///
    /// - Parameter timeout: How long to wait. Connections that are still open then stay open.
    /// - Returns: Whether all ended in time.
    func drain(within timeout: TimeAmount) async -> Bool {
        let ended = places.map { place in
            place.eventLoop.flatSubmit { place.worker.value.connections.drain() }
        }
        let eventLoop = places[0].eventLoop
        let all = EventLoopFuture.andAllSucceed(ended, on: eventLoop)
        let promise = eventLoop.makePromise(of: Bool.self)
        let alarm = eventLoop.scheduleTask(in: timeout) { promise.succeed(false) }
        all.whenComplete { _ in
            alarm.cancel()
            promise.succeed(true)
        }
        return (try? await promise.futureResult.get()) ?? false
    }
}
