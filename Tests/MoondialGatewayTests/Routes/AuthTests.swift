// SPDX-License-Identifier: MIT

import HTTP1
import MoondialGateway
import NIOCore
import RawConnections
import Testing

/// `/v1/auth`, with which a proxy asks whether a request may pass.
@Suite struct AuthTests {
    private static let rules = #"rule "r" { map_result = { match = allow, mismatch = deny, unknown = review } }"#

    private static func run(_ body: @Sendable (GatewayFixture) async throws -> Void) async throws {
        try await GatewayFixture.run(rules: rules, configure: { $0.authFields = AuthFields() }, body)
    }

    @Test(arguments: [("13800138000", 200), ("13800009001", 403), ("13800009003", 401)])
    func decisionIsTheStatus(phone: String, status: Int) async throws {
        try await Self.run { gateway in
            let reply = try await gateway.request(
                "GET", "/v1/auth", contentType: nil,
                fields: ["X-Moondial-Phone: \(phone)", "X-Moondial-Token: STsid-1", "X-Moondial-Exid: order-1"])
            #expect(reply.status == status)
            #expect(reply.fields["x-moondial-decision"] != nil)
            #expect(reply.body.readableBytes == 0)
        }
    }

    @Test func requestWithoutPhoneIsRefused() async throws {
        try await Self.run { gateway in
            let reply = try await gateway.request("GET", "/v1/auth", contentType: nil)
            #expect(reply.status == 401)
            #expect(reply.fields["x-moondial-decision"] == nil)
        }
    }

    @Test(arguments: ["Phone: 13800138001", "Token: STsid-2", "Channel: web", "Exid: order-2"])
    func fieldThatStandsThereTwiceIsRefused(second: String) async throws {
        try await Self.run { gateway in
            let reply = try await gateway.request(
                "GET", "/v1/auth", contentType: nil,
                fields: [
                    "X-Moondial-Phone: 13800138000", "X-Moondial-Token: STsid-1", "X-Moondial-Channel: native",
                    "X-Moondial-Exid: order-1", "X-Moondial-\(second)",
                ])
            #expect(reply.status == 401)
            #expect(reply.text.contains("stands there twice"))
        }
    }

    @Test func authDoesNotWaitForABody() async throws {
        try await Self.run { gateway in
            let connection = try await gateway.connect()
            let fields = ["X-Moondial-Phone: 13800138000", "X-Moondial-Token: STsid-1", "Content-Length: 100"]
            try await connection.send(GatewayFixture.text("GET", "/v1/auth", contentType: nil, fields: fields))
            #expect(try await connection.reply().status == 200)
            // Bytes of the body that arrive later must not be read as a request.
            #expect(await connection.rest() == "")
        }
    }

    /// A proxy copies the header fields of the end user.
    @Test func authIgnoresIdempotencyKeys() async throws {
        try await Self.run { gateway in
            func ask(_ phone: String, _ token: String) async throws -> Int {
                let fields = ["X-Moondial-Phone: \(phone)", "X-Moondial-Token: \(token)", "Idempotency-Key: k-1"]
                return try await gateway.request("GET", "/v1/auth", contentType: nil, fields: fields).status
            }
            let own = try await ask("13800138000", "STsid-1")
            #expect(own == 200)
            let other = try await ask("13800009001", "STsid-2")
            #expect(other == 403)
        }
    }

    @Test func authPathDoesNotExistUnlessConfigured() async throws {
        try await GatewayFixture.run { gateway in
            let reply = try await gateway.request("GET", "/v1/auth")
            #expect(reply.status == 404)
        }
    }
}
