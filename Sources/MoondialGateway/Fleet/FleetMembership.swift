// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore

/// The place of a gateway among those that share its store, from its start to its end. Used on any thread.
final class FleetMembership: Sendable {
    private let registry: NIOLoopBound<InstanceRegistry>

    private init(_ registry: NIOLoopBound<InstanceRegistry>) { self.registry = registry }

    /// Tells the others of a gateway; returns when the store has answered or does not answer. To be called before requests
    /// are accepted: a gateway that is not in the store is taken for one that has ended, and its claims for lost.
    ///
    /// - Parameters:
    ///   - instance: Of this process.
    ///   - service: Whose store is used.
    ///   - eventLoop: One of the service's.
    ///   - describe: What the others may know, with the revision of the rules. Called on the event loop.
    /// - Returns: The membership, which lasts until ``leave()``.
    /// - Throws: When the event loop has ended.
    static func join(
        _ instance: InstanceID, _ service: RuleService, on eventLoop: any EventLoop,
        describe: @escaping @Sendable (String) -> JSONObject
    ) async throws -> FleetMembership {
        try await eventLoop.flatSubmit {
            let engine = service.engine(on: eventLoop)
            let registry = InstanceRegistry(instance, engine.store, on: eventLoop) { [unowned engine] in
                describe(engine.outline.revision)
            }
            let membership = FleetMembership(NIOLoopBound(registry, eventLoop: eventLoop))
            let promise = eventLoop.makePromise(of: FleetMembership.self)
            registry.start { promise.succeed(membership) }
            return promise.futureResult
        }.get()
    }

    /// Something has changed that others may know.
    func update() { registry.eventLoop.execute { [registry] in registry.value.update() } }

    /// The gateway ends. Returns when the store knows that, or does not answer.
    func leave() async {
        // Fails only when the event loop has ended.
        try? await registry.eventLoop.flatSubmit { [registry] in
            let promise = registry.eventLoop.makePromise(of: Void.self)
            registry.value.stop { promise.succeed() }
            return promise.futureResult
        }.get()
    }
}
