// SPDX-License-Identifier: MIT

package import JSON
package import MoondialRules
package import MoondialStore
package import NIOCore
import TextFormats

/// The name of one gateway process among those that share a store: 16 hexadecimal digits, drawn at its start.
package struct InstanceID: Sendable, Hashable, CustomStringConvertible {
    private let value: UInt64

    /// A new one.
    package init() { value = UInt64.random(in: 0...UInt64.max) }

    /// Nil unless the text is sixteen hexadecimal digits.
    package init?(_ text: String) {
        guard let value = Hexadecimal.number(text) else { return nil }
        self.value = value
    }

    package var description: String { Hexadecimal.lowercase(value) }
}

/// Tells the store that a gateway is alive and what it does, for the other gateways and for `moondial fleet`.
///
/// Used on one event loop.
package final class InstanceRegistry {
    /// An instance that was not heard of for so long has ended.
    package static let lifetime = Duration.seconds(10)
    private static let period = TimeAmount.seconds(3)

    private let key: StoreKey
    private let access: StoreAccess
    private let eventLoop: any EventLoop
    private let describe: () -> JSONObject
    private var isOver = false

    /// - Parameters:
    ///   - instance: Of this process.
    ///   - access: The store of the event loop.
    ///   - eventLoop: That of the store.
    ///   - describe: What the others may know of it: no phone, token or secret.
    package init(
        _ instance: InstanceID, _ access: StoreAccess, on eventLoop: any EventLoop, describe: @escaping () -> JSONObject
    ) {
        key = Self.key(of: instance, in: access.names.namespace)
        self.access = access
        self.eventLoop = eventLoop
        self.describe = describe
    }

    /// Where the entries of gateways are.
    package static func namespace(_ namespace: StoreNamespace) -> StoreNamespace { namespace.ofFleet }

    static func key(of instance: InstanceID, in namespace: StoreNamespace) -> StoreKey {
        StoreKey(namespace: namespace.ofFleet, storedName: instance.description)
    }

    /// Tells it now, and again from time to time. The completion is called when the store has answered or does not answer.
    package func start(completion: @escaping () -> Void) {
        tell(completion: completion)
        tellLater()
    }

    private func tellLater() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.period) { [weak self] in
            guard let self, !isOver else { return }
            tell {}
            tellLater()
        }
    }

    /// Something has changed that others may know.
    package func update() { tell {} }

    /// The gateway ends: requests that it decides on then are lost. The completion is called when the store knows that, or
    /// does not answer.
    package func stop(completion: @escaping () -> Void) {
        isOver = true
        access.store.perform(.delete(key), deadline: .now() + .milliseconds(200)) { _ in completion() }
    }

    private func tell(completion: @escaping () -> Void) {
        let value = JSONValue.object(describe()).bytes
        access.store.perform(
            .set(key, value: value, lifetime: StoreLifetime(Self.lifetime)), deadline: .now() + .seconds(1)
        ) { _ in completion() }
    }
}
