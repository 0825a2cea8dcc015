// SPDX-License-Identifier: MIT

package import MoondialStore
package import NIOCore
import RESP
package import RedisClient

/// Keeps entries on a Redis server (6.2 or newer) or Valkey, for all gateways that use it.
///
/// Each event loop has a connection of its own. All keys of a namespace have the same hash tag, so that every script works in
/// one slot of a cluster. Replication of Redis is asynchronous: counts of the last moments before a failover can be
/// lost.
package final class RedisStoreEngine: StoreEngine {
    private let configuration: RedisConfiguration
    private let tls: RedisTLS?

    /// Does not connect yet.
    ///
    /// - Parameters:
    ///   - configuration: Its preamble is replaced: each new connection loads the scripts.
    ///   - trust: Used if the configuration asks for TLS.
    /// - Throws: ``RedisTrustError`` when the certificates to trust cannot be loaded.
    package init(configuration: RedisConfiguration, trust: RedisTrust = .system) throws(RedisTrustError) {
        self.configuration = configuration.with(preamble: RedisScript.all.map(\.loading))
        tls = configuration.usesTLS ? try RedisTLS(trust) : nil
    }

    package var description: String { "redis \(configuration.server)" }

    package func makeStore(on eventLoop: any EventLoop) -> any Store {
        RedisStore(client: RedisClient(configuration: configuration, tls: tls, eventLoop: eventLoop))
    }

    package func close() async {}
}

extension RedisConfiguration {
    fileprivate func with(preamble: [RESPCommand]) -> RedisConfiguration {
        var configuration = self
        configuration.preamble = preamble
        return configuration
    }
}
