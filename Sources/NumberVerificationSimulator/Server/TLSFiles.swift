// SPDX-License-Identifier: MIT

import NIOCore
package import NIOSSL

/// The files with certificate and private key of a server.
package struct TLSFiles: Sendable, Hashable {
    /// A PEM file with the server's certificate, followed by intermediate certificates, if any.
    package var certificateChain: String
    /// A PEM file with the certificate's private key, without a passphrase.
    package var privateKey: String

    /// Names the files; they are read when the server starts.
    package init(certificateChain: String, privateKey: String) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }

    /// Reads the files.
    ///
    /// - Throws: ``SimulatorServerError`` that names the file that cannot be used.
    package func makeContext() throws(SimulatorServerError) -> NIOSSLContext {
        let certificates: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(certificateChain)
        } catch {
            throw .unusableFile(.badCertificate, wanted: "certificate", path: certificateChain, cause: error)
        }
        guard !certificates.isEmpty else {
            throw .unusableFile(.badCertificate, wanted: "certificate", path: certificateChain)
        }
        do {
            key = try NIOSSLPrivateKey(file: privateKey, format: .pem)
        } catch {
            throw .unusableFile(.badPrivateKey, wanted: "unencrypted private key", path: privateKey, cause: error)
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
            // How long a connection that is being closed may wait for the peer's close_notify.
            configuration.shutdownTimeout = .milliseconds(200)
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SimulatorServerError(
                code: .badCertificate,
                message: "TLS refuses the certificate in '\(certificateChain)' with the key in '\(privateKey)'; "
                    + "check that they belong together", cause: error)
        }
    }
}
