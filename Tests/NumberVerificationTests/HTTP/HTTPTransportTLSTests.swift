// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NIOSSL
import Testing

@testable import NumberVerification

@Suite(.timeLimit(.minutes(10)))
struct HTTPTransportTLSTests {
    private static func client(
        _ server: ScriptedServer, host: String = "localhost",
        trust: HTTPConfiguration.Trust = .file(TLSFixtures.authority)
    ) async throws -> TestClient {
        try await TestClient(Destination(scheme: .https, host: host, port: server.port)) { $0.trust = trust }
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func certificateForTheHostIsAccepted(host: String) async throws {
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: "localhost"),
            [.request, .send(reply("1")), .request, .send(reply("2"))])
        let client = try await Self.client(server, host: host)
        #expect(try await client.send().body == "1")
        #expect(try await client.send().body == "2")
        #expect(server.connections == 1)
        try await client.close()
        await server.connectionEnded(0)
    }

    @Test(arguments: [
        ("other-host", "localhost", "the certificate is not for localhost; check the host name of the base URL"),
        ("other-host", "127.0.0.1", "the certificate is not for 127.0.0.1; check the host name of the base URL"),
        ("by-stranger", "localhost", "certificate verify failed"),
        ("expired", "localhost", "certificate verify failed"),
    ])
    func certificateForAnotherHostUntrustedOrExpiredIsRefused(name: String, host: String, cause: String) async throws {
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: name), [.request, .send(reply("{}"))])
        let outcome = try await Self.client(server, host: host).send()
        #expect(outcome.kind == .tls)
        #expect(outcome.delivered == .no)
        #expect(outcome.failure?.message.contains(cause) == true, "\(outcome.failure?.message ?? "")")
        if cause.contains("verify") { #expect(outcome.failure?.message.contains("--ca-file") == true) }
        await server.connectionEnded(0)
        #expect(server.requests.isEmpty)
    }

    @Test func unknownAuthorityIsRefusedWithSystemTrust() async throws {
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: "localhost"), [.request, .send(reply("{}"))])
        #expect(try await Self.client(server, trust: .system).send().kind == .tls)
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: ["other-host", "by-stranger", "expired"])
    func insecureTrustAcceptsAnyCertificate(name: String) async throws {
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: name), [.request, .send(reply("{}"))])
        #expect(try await Self.client(server, trust: .insecure).send().body == "{}")
    }

    @Test func plainHTTPServerIsNamedInTheTLSError() async throws {
        let server = try await ScriptedServer.start([.send(reply("{}", status: "400 Bad Request"))])
        let outcome = try await Self.client(server).send()
        #expect(outcome.kind == .tls)
        #expect(outcome.delivered == .no)
        #expect(outcome.failure?.message.contains("what answered is not TLS") == true)
    }

    @Test func requestIsNotSentWhenTheServerEndsTheHandshake() async throws {
        let server = try await ScriptedServer.start([.close])
        let outcome = try await Self.client(server).send()
        #expect(outcome.kind == .tls)
        #expect(outcome.delivered == .no)
    }

    @Test func replyEndedByAConnectionResetIsRefused() async throws {
        // Without a close_notify, an attacker in the network may have cut the reply.
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: "localhost"),
            [.request, .send("HTTP/1.1 200 OK\r\n\r\n{}"), .reset])
        let outcome = try await Self.client(server).send()
        #expect(outcome.kind == .reset)
        #expect(outcome.delivered == .maybe)
    }

    @Test func replyEndedByCloseNotifyIsAccepted() async throws {
        let server = try await ScriptedServer.start(
            tls: TLSFixtures.serverContext(certificate: "localhost"),
            [.request, .send("HTTP/1.1 200 OK\r\n\r\n{}"), .close])
        #expect(try await Self.client(server).send().body == "{}")
    }

    @Test(arguments: [
        ("/nowhere/ca.pem", TrustError.Code.unreadable),
        (TLSFixtures.authority.replacing("authority.pem", with: "server-key.pem"), .noCertificate),
    ])
    func unusableAuthorityFileFailsAtCreation(path: String, code: TrustError.Code) async throws {
        let error = await #expect(throws: TrustError.self) {
            try await TestClient(Destination(scheme: .https, host: "localhost")) { $0.trust = .file(path) }
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(path) == true)
    }
}
