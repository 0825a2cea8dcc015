// SPDX-License-Identifier: MIT

import Foundation
import NumberVerificationSimulator

/// A self-signed certificate for 127.0.0.1 and localhost, valid for a hundred years, for tests only.
enum TestCertificate {
    /// Runs `body` with the texts in files, and removes the files after it.
    static func withFiles<Value>(
        certificate: String = certificate, key: String = key, _ body: (TLSFiles) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = TLSFiles(
            certificateChain: folder.appending(path: "cert.pem").path,
            privateKey: folder.appending(path: "key.pem").path)
        try Data(certificate.utf8).write(to: URL(filePath: files.certificateChain))
        try Data(key.utf8).write(to: URL(filePath: files.privateKey))
        return try await body(files)
    }

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBhDCCASmgAwIBAgIBATAKBggqhkjOPQQDAjAiMSAwHgYDVQQDDBdtb29uZGlh
        bCBzaW11bGF0b3IgdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAw
        MFowIjEgMB4GA1UEAwwXbW9vbmRpYWwgc2ltdWxhdG9yIHRlc3QwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAAT59NBNWaypJjjQGO11OHVO3g4QlC6Ln8XoQxaaaZIZ
        C3CcAU+KQfo2loL/HQRrBphOCeM07DS1tTIyUln/s0Lno04wTDAaBgNVHREEEzAR
        hwR/AAABgglsb2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU2YkD
        QUdp5TlQ7krbMTOXT1aq9BAwCgYIKoZIzj0EAwIDSQAwRgIhANyNOq0+WFIBxHMS
        Tz3h2OZKP4odnSTO320qMPMO0m4aAiEAojNefak+Y0WqF0f+nPniA7/cMY3MD9/f
        DxCwu29Lyhs=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1C8WXgVn+UcxfdS6
        GqId6BGK62XnHS/qNwFCYD0CW7GhRANCAAT59NBNWaypJjjQGO11OHVO3g4QlC6L
        n8XoQxaaaZIZC3CcAU+KQfo2loL/HQRrBphOCeM07DS1tTIyUln/s0Ln
        -----END PRIVATE KEY-----
        """

    /// A key that belongs to no certificate.
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaL3pXK0jk6Z1gd3C
        iSIW5KBgsyUr3zp8qDZqm28jVGihRANCAAS0ru0GmgXO9opZ9NajE5xRqc5cbTpt
        4HlU0IL/ZBh2NxXFgz5eRZQrLHGZl6i/jvHxcVnN9pL7GZg1IRlx0cqs
        -----END PRIVATE KEY-----
        """
}
