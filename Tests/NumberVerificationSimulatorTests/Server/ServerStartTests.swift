// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NumberVerificationSimulator
import Testing

struct ServerStartTests {
    @Test
    func startOnAPortInUseFails() async throws {
        try await withServer { server in
            let error = await #expect(throws: SimulatorServerError.self) {
                try await SimulatorServer.start(
                    simulator: Simulator(), port: server.port, group: MultiThreadedEventLoopGroup.singleton)
            }
            #expect(error?.code == .portInUse)
            #expect(
                error?.description
                    == "127.0.0.1:\(server.port) is in use; stop what listens there, or take port 0 for a free one")
        }
    }

    @Test(arguments: ["192.0.2.1", "not an address"])
    func startOnAForeignAddressFails(host: String) async throws {
        let error = await #expect(throws: SimulatorServerError.self) {
            try await SimulatorServer.start(
                simulator: Simulator(), host: host, group: MultiThreadedEventLoopGroup.singleton)
        }
        #expect(error?.code == .badAddress)
    }

    @Test
    func baseURLHasTheChosenPort() async throws {
        try await withServer { server in
            #expect(server.port > 0)
            #expect(server.baseURL == "http://127.0.0.1:\(server.port)")
        }
    }

    @Test
    func baseURLOfAServerWithTLSIsHTTPS() async throws {
        try await TestCertificate.withFiles { files in
            try await withServer(tls: files) { server in
                #expect(server.baseURL == "https://127.0.0.1:\(server.port)")
            }
        }
    }

    @Test(
        arguments: [
            ("", TestCertificate.key, .badCertificate),
            ("no certificate", TestCertificate.key, .badCertificate),
            (TestCertificate.certificate, "", .badPrivateKey),
            (TestCertificate.certificate, TestCertificate.certificate, .badPrivateKey),
            (TestCertificate.certificate, TestCertificate.otherKey, .badCertificate),
        ] as [(String, String, SimulatorServerError.Code)])
    func startWithAnUnusableCertificateOrKeyFails(certificate: String, key: String, code: SimulatorServerError.Code)
        async throws
    {
        try await TestCertificate.withFiles(certificate: certificate, key: key) { files in
            let error = await #expect(throws: SimulatorServerError.self) { try await withServer(tls: files) { _ in } }
            #expect(error?.code == code)
            let culprit = code == .badPrivateKey ? files.privateKey : files.certificateChain
            #expect(error?.message.contains(culprit) == true)
        }
    }

    @Test
    func startWithAMissingCertificateOrKeyFails() async throws {
        try await TestCertificate.withFiles { files in
            let missing = TLSFiles(certificateChain: "/no/cert.pem", privateKey: files.privateKey)
            let error = await #expect(throws: SimulatorServerError.self) { try await withServer(tls: missing) { _ in } }
            #expect(error?.code == .badCertificate)
            #expect(error?.message == "cannot read '/no/cert.pem': No such file or directory")
            let keyless = TLSFiles(certificateChain: files.certificateChain, privateKey: "/no/key.pem")
            let other = await #expect(throws: SimulatorServerError.self) { try await withServer(tls: keyless) { _ in } }
            #expect(other?.code == .badPrivateKey)
        }
    }
}
