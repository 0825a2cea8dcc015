// SPDX-License-Identifier: MIT

import Foundation
import NIOSSL

/// Test certificates, valid from 2020 to 2120 except `expired`. All of them but the authority share one key.
enum TLSFixtures {
    /// The authority that signed all but `by-stranger`.
    static let authority = path("authority")

    static func serverContext(certificate name: String) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(path(name)).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: path("server-key"), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }

    static func path(_ name: String) -> String {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures/tls/\(name).pem").path
    }
}
