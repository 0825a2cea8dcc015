// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// Maps errors of opening a connection to kinds of failures.
extension ExchangeFailure {
    static func connecting(to destination: Destination, failedWith error: any Error) -> ExchangeFailure {
        switch error {
        case let error as NIOConnectionError:
            // A name may have several addresses; an error of one is more useful in a message than the timeout of
            // another.
            let causes = error.connectionErrors.map(\.error)
            guard let cause = causes.first(where: { !isTimeout($0) }) ?? causes.first else {
                return ExchangeFailure(
                    kind: .dns,
                    message: "could not resolve the host name \(destination.host); "
                        + "check its spelling and the DNS server",
                    delivered: .no)
            }
            return connecting(to: destination, failedWith: cause)
        case let error where isTimeout(error):
            return openingTimeout(peer: destination.peer, isHandshaking: false)
        default:
            return ExchangeFailure(
                kind: .connectRefused,
                message: "could not connect to \(destination.peer): \(cause(of: error)); "
                    + "check host and port and that the service runs",
                delivered: .no)
        }
    }

    static func handshake(with destination: Destination, failedWith error: any Error) -> ExchangeFailure {
        ExchangeFailure(
            kind: .tls, message: "TLS with \(destination.peer) failed: \(tlsCause(of: error, host: destination.host))",
            delivered: .no)
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        switch error {
        case ChannelError.connectTimeout: true
        case let error as IOError: error.errnoCode == ETIMEDOUT
        default: false
        }
    }

    private static func cause(of error: any Error) -> String {
        guard let code = (error as? IOError)?.errnoCode else { return "\(error)" }
        switch code {
        case ECONNREFUSED: return "connection refused"
        case EHOSTUNREACH, ENETUNREACH: return "no route to the host"
        case EMFILE, ENFILE: return "too many open files"
        default: return "\(error)"
        }
    }

    private static func tlsCause(of error: any Error, host: String) -> String {
        if error is NIOSSLExtraError {
            return "the certificate is not for \(host); check the host name of the base URL"
        }
        guard case NIOSSLError.handshakeFailed(let failure) = error else {
            return "the connection ended during the handshake; check that the port speaks TLS"
        }
        let text = "\(failure)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "certificate verify failed (unknown authority, or outside its period of validity); "
                + "name the authority with --ca-file, or check the clock"
        }
        if text.contains("WRONG_VERSION_NUMBER") {
            return "what answered is not TLS; check the port, or use http://"
        }
        guard let reason = opensslReason(in: text) else {
            return "the connection ended during the handshake; check that the port speaks TLS"
        }
        return reason
    }

    /// `no shared cipher` for `…:OPENSSL_internal:NO_SHARED_CIPHER at …`.
    private static func opensslReason(in text: String) -> String? {
        guard let marker = text.firstRange(of: "OPENSSL_internal:") else { return nil }
        let reason = text[marker.upperBound...].prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        return reason.lowercased().split(separator: "_").joined(separator: " ")
    }
}
