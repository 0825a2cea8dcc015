// SPDX-License-Identifier: MIT

package import JSON
package import MoondialRules
package import MoondialStore
package import NIOCore
import TextFormats

/// The name of one gateway process among those that share a store: 16 hexadecimal digits, drawn at its start.
package struct InstanceID: Sendable, Hashable, CustomStringConvertible {
    private let value: UInt64

    /// A new random name.
    package init() { value = UInt64.random(in: 0...UInt64.max) }

    /// Nil unless the text is sixteen hexadecimal digits.
    package init?(_ text: String) {
        guard let value = Hexadecimal.number(text) else { return nil }
        self.value = value
    }

    package var description: String { Hexadecimal.lowercase(value) }
}

/// Keeps the entry of a gateway in the store, for the other gateways and for `moondial fleet`.
///
/// Used on one event loop.
package final class InstanceRegistry {
    /// The lifetime of an entry. A gateway that has not written its entry for this long counts as ended.
    package static let lifetime = Duration.seconds(10)
    private static let period = TimeAmount.seconds(3)

    private let key: StoreKey
    private let access: StoreAccess
    private let eventLoop: any EventLoop
    private let describe: () -> JSONObject
    private var isOver = false

    /// - Parameters:
    ///   - instance: The name of this process.
    ///   - access: The store of the event loop.
    ///   - eventLoop: The event loop of the store.
    ///   - describe: Makes the content of the entry. It must hold no phone, token or secret.
    package init(
        _ instance: InstanceID, _ access: StoreAccess, on eventLoop: any EventLoop, describe: @escaping () -> JSONObject
    ) {
        key = Self.key(of: instance, in: access.names.namespace)
        self.access = access
        self.eventLoop = eventLoop
        self.describe = describe
    }

    /// The namespace of the entries of gateways.
    package static func namespace(_ namespace: StoreNamespace) -> StoreNamespace { namespace.ofFleet }

    static func key(of instance: InstanceID, in namespace: StoreNamespace) -> StoreKey {
        StoreKey(namespace: namespace.ofFleet, storedName: instance.description)
    }

    /// Writes the entry now and every three seconds. The completion is called when the store has answered the first
    /// time, or does not answer.
    package func start(completion: @escaping () -> Void) {
        write(completion: completion)
        writeLater()
    }

    private func writeLater() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.period) { [weak self] in
            guard let self, !isOver else { return }
            write {}
            writeLater()
        }
    }

    /// Writes the entry again, after something in it has changed.
    package func update() { write {} }

    /// Deletes the entry when the gateway ends: other gateways treat its open claims as lost from then on. The
    /// completion is called when the store has answered or does not answer.
    package func stop(completion: @escaping () -> Void) {
        isOver = true
        access.store.perform(.delete(key), deadline: .now() + .milliseconds(200)) { _ in completion() }
    }

    private func write(completion: @escaping () -> Void) {
        let value = JSONValue.object(describe()).bytes
        access.store.perform(
            .set(key, value: value, lifetime: StoreLifetime(Self.lifetime)), deadline: .now() + .seconds(1)
        ) { _ in completion() }
    }
}
