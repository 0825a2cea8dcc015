// SPDX-License-Identifier: MIT

import NIOCore
import Platform

/// Why the simulator's server could not start.
package struct SimulatorServerError: Error, Sendable, CustomStringConvertible {
    /// The kind of error. The raw value is a short name for scripts.
    package enum Code: String, Sendable, CaseIterable {
        /// Another program, or another simulator, listens on the port.
        case portInUse = "port_in_use"
        /// The system reserves the port for privileged programs.
        case portForbidden = "port_forbidden"
        /// The host is no address of this machine.
        case badAddress = "bad_address"
        /// The certificate file is missing, is no PEM file, or does not match the key.
        case badCertificate = "bad_certificate"
        /// The key file is missing, or is no PEM file of an unencrypted key.
        case badPrivateKey = "bad_private_key"
        /// Anything else; the message contains the system's text.
        case other
    }

    /// The kind of error.
    package let code: Code
    /// What was tried, what happened and what to do.
    package let message: String
    /// The underlying error, if there is one.
    package let cause: (any Error)?

    /// The same as the message.
    package var description: String { message }

    init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The error for a system error of listening on an address.
    package static func cannotListen(host: String, port: Int, _ error: any Error) -> SimulatorServerError {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return SimulatorServerError(
                code: .portInUse,
                message: "\(address) is in use; stop what listens there, or take port 0 for a free one", cause: error)
        case EACCES, EPERM:
            return SimulatorServerError(
                code: .portForbidden, message: "no permission to listen on \(address); take a port above 1023",
                cause: error)
        case EADDRNOTAVAIL:
            return badAddress(host, error)
        default:
            if error is SocketAddressError.UnknownHost { return badAddress(host, error) }
            return SimulatorServerError(
                code: .other, message: "cannot listen on \(address): \(reason(error))", cause: error)
        }
    }

    /// The error for a file that could not be loaded, after asking the system whether it can be read at all.
    static func unusableFile(
        _ code: Code, wanted: String, path: String, cause: (any Error)? = nil
    ) -> SimulatorServerError {
        if access(path, R_OK) != 0 {
            let reason = Errno.last.description
            return SimulatorServerError(code: code, message: "cannot read '\(path)': \(reason)", cause: cause)
        }
        return SimulatorServerError(
            code: code, message: "'\(path)' holds no usable \(wanted); give a PEM file with one", cause: cause)
    }

    private static func badAddress(_ host: String, _ error: any Error) -> SimulatorServerError {
        SimulatorServerError(
            code: .badAddress,
            message: "'\(host)' is no address of this machine; take 127.0.0.1, or 0.0.0.0 for all of them", cause: error
        )
    }

    private static func reason(_ error: any Error) -> String {
        guard let code = (error as? IOError)?.errnoCode else { return "\(error)" }
        return Errno(rawValue: code).description
    }
}
