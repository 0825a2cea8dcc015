// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore

/// The place of a gateway among those that share its store, from its start to its end. Used on any thread.
final class FleetMembership: Sendable {
    private let registry: NIOLoopBound<InstanceRegistry>
    private let keyWatch: NIOLoopBound<StoreKeyWatch>

    private init(_ registry: NIOLoopBound<InstanceRegistry>, _ keyWatch: NIOLoopBound<StoreKeyWatch>) {
        self.registry = registry
        self.keyWatch = keyWatch
    }

    /// Tells the others of a gateway; returns when the store has answered or does not answer. To be called before requests
    /// are accepted: a gateway that is not in the store is taken for one that has ended, and its claims for lost.
    ///
    /// - Parameters:
    ///   - instance: Of this process.
    ///   - service: Whose store is used.
    ///   - health: Is told whether the names in the store are hashed with the key of this process.
    ///   - eventLoop: One of the service's.
    ///   - describe: What the others may know, with the revision of the rules. Called on the event loop.
    ///   - onKeyChange: Called on the event loop when that has changed, with whether they are.
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
