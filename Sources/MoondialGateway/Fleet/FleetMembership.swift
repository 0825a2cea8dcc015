// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore

/// Registers a gateway in its store, for the other gateways of that store, from its start to its end. Used on any
/// thread.
final class FleetMembership: Sendable {
    private let registry: NIOLoopBound<InstanceRegistry>
    private let keyWatch: NIOLoopBound<StoreKeyWatch>

    private init(_ registry: NIOLoopBound<InstanceRegistry>, _ keyWatch: NIOLoopBound<StoreKeyWatch>) {
        self.registry = registry
        self.keyWatch = keyWatch
    }

    /// Registers a gateway. Returns when the store has answered or does not answer. Must be called before requests are
    /// accepted: other gateways treat a gateway that is not in the store as ended, and its claims as lost.
    ///
    /// - Parameters:
    ///   - instance: The name of this process.
    ///   - service: The service whose store is used.
    ///   - health: Gets the result of each comparison of the keys with which names in the store are hashed.
    ///   - eventLoop: An event loop of the service.
    ///   - describe: Makes the entry for the other gateways from the revision of the rules. Called on the event loop.
    ///   - onKeyChange: Called on the event loop when the result of comparing the keys changes.
    /// - Returns: The membership, which lasts until ``leave()``. As long as it is held, the keys are compared.
    /// - Throws: When the event loop has ended.
    static func join(
        _ instance: InstanceID, _ service: RuleService, _ health: StoreHealth, on eventLoop: any EventLoop,
        describe: @escaping @Sendable (String) -> JSONObject, onKeyChange: @escaping @Sendable (_ agrees: Bool) -> Void
    ) async throws -> FleetMembership {
        try await eventLoop.flatSubmit {
            let engine = service.engine(on: eventLoop)
            let registry = InstanceRegistry(instance, engine.store, on: eventLoop) { [unowned engine] in
                describe(engine.outline.revision)
            }
            let keyWatch = StoreKeyWatch(engine.store, health, on: eventLoop, report: onKeyChange)
            let membership = FleetMembership(
                NIOLoopBound(registry, eventLoop: eventLoop), NIOLoopBound(keyWatch, eventLoop: eventLoop))
            let promise = eventLoop.makePromise(of: FleetMembership.self)
            registry.start { keyWatch.start { promise.succeed(membership) } }
            return promise.futureResult
        }.get()
    }

    /// Writes the entry again, after something in it has changed.
    func update() { registry.eventLoop.execute { [registry] in registry.value.update() } }

    /// Removes the entry when the gateway ends. Returns when the store has answered or does not answer.
    func leave() async {
        // Fails only when the event loop has ended.
        try? await registry.eventLoop.flatSubmit { [registry] in
            let promise = registry.eventLoop.makePromise(of: Void.self)
            registry.value.stop { promise.succeed() }
            return promise.futureResult
        }.get()
    }
}
