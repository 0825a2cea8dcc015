// SPDX-License-Identifier: MIT

import NIOCore
import RESP

/// Asks sentinels, one after the other, for the address of the primary.
final class SentinelQuery: RedisConnectionOwner {
    private let addresses: [RedisAddress]
    private let start: Int
    private let primary: String
    private weak var client: RedisClient?
    private let eventLoop: any EventLoop
    private let dialer: RedisDialer
    private let patience: TimeAmount
    private var asked = 0
    private var connection: RedisConnection?
    private var alarm: Scheduled<Void>?
    private var lastFailure = ""

    init(addresses: [RedisAddress], startingAt start: Int, primary: String, client: RedisClient) {
        self.addresses = addresses
        self.start = start
        self.primary = primary
        self.client = client
        eventLoop = client.eventLoop
        dialer = client.dialer
        patience = TimeAmount(client.configuration.connectTimeout)
    }

    /// Asks the next sentinel, or reports that no sentinel knew the primary.
    func ask() {
        guard asked < addresses.count else {
            client?.didNotLocate(self, "no sentinel knows the primary \(primary): \(lastFailure)")
            return
        }
        let address = addresses[(start + asked) % addresses.count]
        asked += 1
        let connection = RedisConnection(peer: "sentinel \(address)", owner: self, eventLoop: eventLoop)
        self.connection = connection
        alarm = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: patience) {
            connection.fail("sentinel \(address) did not answer in time")
        }
        dialer.dial(connection, to: address, usesTLS: false)
    }

    func cancel() {
        alarm?.cancel()
        connection?.close()
    }

    func didOpen(_ connection: RedisConnection) {
        connection.write(RESPCommand("SENTINEL", "get-master-addr-by-name", .text(primary)))
    }

    func didReceive(_ value: RESPValue, on connection: RedisConnection) {
        let parts = value.elements?.compactMap(\.text) ?? []
        guard parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port) else {
            return connection.fail("the sentinel does not know it")
        }
        cancel()
        client?.didLocate(.host(parts[0], port: port), by: self)
    }

    func didFail(_ connection: RedisConnection, _ message: String) {
        guard connection === self.connection else { return }
        alarm?.cancel()
        lastFailure = message
        ask()
    }
}
