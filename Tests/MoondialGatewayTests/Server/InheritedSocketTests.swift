// SPDX-License-Identifier: MIT

import Foundation
import JSON
import MoondialGateway
import NIOCore
import TemporaryFolders
import Testing

/// A gateway on a socket that another program has opened for listening.
@Suite struct InheritedSocketTests {
    /// Each event loop counts its own requests.
    private static let rules = """
        local count = 0
        rule 'count' {
            pre_check = function()
                count = count + 1
                return deny('number_' .. count)
            end,
        }
        """

    /// A descriptor that listens on the address.
    private static func listeningSocket(at address: SocketAddress) throws -> Int32 {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(address.protocol.rawValue, stream, 0)
        try #require(descriptor >= 0)
        let isBound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) == 0 }
        try #require(isBound && listen(descriptor, 128) == 0, "errno \(errno)")
        return descriptor
    }

    @Test func connectionsAreServedByAllWorkersInTurn() async throws {
        let descriptor = try Self.listeningSocket(at: SocketAddress(ipAddress: "127.0.0.1", port: 0))
        try await GatewayFixture.run(
            rules: Self.rules, workers: 4, configure: { $0.address = .inherited(descriptor) }
        ) { gateway in
            #expect(gateway.gateway.url == "http://127.0.0.1:\(gateway.port)" && gateway.port > 0)
            var decisions: [String] = []
            for number in 1...12 { decisions.append(try await gateway.verify("STsid-\(number)").decision) }
            #expect(decisions == (1...3).flatMap { Array(repeating: "deny number_\($0)", count: 4) })
        }
    }

    @Test func manyConnectionsAtOnceAreServed() async throws {
        let descriptor = try Self.listeningSocket(at: SocketAddress(ipAddress: "127.0.0.1", port: 0))
        try await GatewayFixture.run(workers: 4, configure: { $0.address = .inherited(descriptor) }) { gateway in
            let codes = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for number in 1...200 {
                    tasks.addTask { try await gateway.verify("STsid-\(number)").json["code"] == 9000 }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: true, count: 200))
        }
    }

    @Test func urlNamesTheFileOfAUnixSocket() async throws {
        let folder = try TemporaryFolder()
        let descriptor = try Self.listeningSocket(at: SocketAddress(unixDomainSocketPath: folder.path("s")))
        try await GatewayFixture.run(configure: { $0.address = .inherited(descriptor) }) { gateway in
            #expect(gateway.gateway.url == ListenAddress.unix(folder.path("s")).url(isEncrypted: false))
        }
    }
}
