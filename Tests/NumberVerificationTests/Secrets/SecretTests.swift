// SPDX-License-Identifier: MIT

import NIOCore
import Testing

@testable import NumberVerification

struct SecretTests {
    private static let words = ["STsid-invented-token", "invented-master-secret", "13800138000"]

    /// All known ways to turn a value into text.
    private static func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped,
            "\(Optional<Any>.some(value) as Any)", "\([value])", "\(["key": value])",
        ]
    }

    private static func check(_ value: Any, sourceLocation: SourceLocation = #_sourceLocation) {
        for text in texts(of: value) {
            for word in words { #expect(!text.contains(word), sourceLocation: sourceLocation) }
            // The same secrets as hexadecimal and Base64, as buffers and headers show them.
            #expect(!text.contains("5354736964"), sourceLocation: sourceLocation)
            #expect(!text.contains("aW52ZW50ZWQ"), sourceLocation: sourceLocation)
        }
    }

    @Test func secretIsPrintedAsAPlaceholder() {
        let secret = Secret("STsid-invented-token")
        #expect("\(secret)" == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
        #expect(secret.reveal() == "STsid-invented-token")
        Self.check(secret)
    }

    @Test func typesThatHoldASecretDoNotPrintIt() throws {
        Self.check(try VerificationRequest(phone: "13800138000", token: "STsid-invented-token", exID: "order-42"))
        Self.check(Credentials(appKey: "key", masterSecret: Secret("invented-master-secret")))
        Self.check(
            RequestWriter(
                host: "host", basePath: "",
                credentials: Credentials(appKey: "inv", masterSecret: Secret("invented-master-secret"))))
    }

    @Test func clientWithACallInFlightPrintsNoSecret() async throws {
        let arrived = Gate()
        let server = try await ScriptedServer.start([.request, .open(arrived)])
        let client = try await TestClient(server) { $0.maxConnections = 1 }
        let inFlight = try await client.start("POST / HTTP/1.1\r\nContent-Length: 0\r\nX: STsid-invented-token\r\n\r\n")
        await arrived.wait()
        let queued = try await client.start("POST / HTTP/1.1\r\nX: STsid-invented-token\r\n\r\n")
        try await client.onLoop { Self.check($0) }
        try await client.close()
        _ = try await (inFlight.outcome(), queued.outcome())
    }

    @Test(arguments: [
        ("13800138000", "138****8000"), ("+8613800138000", "+86****8000"), ("1380013800", "****"), ("1", "****"),
        ("１３８0013８０００", "１３８****８０００"), (String(repeating: "1", count: 32), "111****1111"),
    ])
    func phoneIsPrintedMasked(submitted: String, masked: String) throws {
        let phone = try Phone(submitted)
        #expect(phone.masked == masked)
        #expect("\(phone)" == masked)
        #expect(String(reflecting: phone) == masked)
        #expect(phone.submitted == submitted)
        for text in Self.texts(of: phone) { #expect(!text.contains(submitted) || submitted == "1") }
    }
}
