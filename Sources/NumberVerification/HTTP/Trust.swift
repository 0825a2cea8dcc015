// SPDX-License-Identifier: MIT

import NIOCore
import NIOSSL
import Platform

/// Why certificates to trust could not be loaded.
package struct TrustError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of what can be wrong.
    package enum Code: String, Sendable, CaseIterable {
        /// The file cannot be read.
        case unreadable
        /// The file holds no PEM certificate.
        case noCertificate = "no_certificate"
        /// TLS could not be set up.
        case tls
    }

    /// What is wrong.
    package let code: Code
    /// What was tried, what happened and what to do.
    package let message: String

    package var description: String { message }
}

extension HTTPConfiguration.Trust {
    /// Loads the certificates. Those of the system take milliseconds, so do that once.
    func makeContext() throws(TrustError) -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // How long a closing connection may wait for the peer's close_notify.
        tls.shutdownTimeout = .seconds(1)
        switch self {
        case .system: tls.trustRoots = .default
        case .file(let path): tls.trustRoots = .certificates(try Self.certificates(at: path))
        case .insecure: tls.certificateVerification = .none
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw TrustError(code: .tls, message: "could not set up TLS: \(error)")
        }
    }

    private static func certificates(at path: String) throws(TrustError) -> [NIOSSLCertificate] {
        guard access(path, R_OK) == 0 else {
            throw TrustError(
                code: .unreadable,
                message: "could not read the CA file \(path): \(Errno.last.description)")
        }
        let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
        guard !certificates.isEmpty else {
            throw TrustError(
                code: .noCertificate,
                message: "the CA file \(path) holds no PEM certificate; it must have BEGIN CERTIFICATE lines")
        }
        return certificates
    }
}
