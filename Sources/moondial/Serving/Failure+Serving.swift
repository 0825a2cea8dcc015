// SPDX-License-Identifier: MIT

import MoondialGateway
import MoondialRules
import NIOCore
import NumberVerificationSimulator
import Platform

extension Failure {
    /// The failure that says why a gateway cannot start.
    init(starting error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as Diagnostic: self.init(error)
        case let error as SimulatorServerError: self.init(error)
        case let error as ListenError: self.init(error)
        case let error as RecordSinkError:
            self.init(
                Diagnostic(
                    .inputOutput, "cannot write the decision log: \(error)", fix: DiagnosticCode.inputOutput.advice))
        default: self.init(Diagnostic(.inputOutput, "the gateway cannot start: \(error)"))
        }
    }

    private init(_ error: ListenError) {
        if case .tcp(let host, let port) = error.address {
            self.init(SimulatorServerError.cannotListen(host: host, port: port, error.cause))
        } else {
            let cause = (error.cause as? IOError).map { Errno(rawValue: $0.errnoCode).description }
            self.init(
                Diagnostic(
                    .inputOutput, "cannot listen on \(error.address): \(cause ?? "\(error.cause)")",
                    fix: DiagnosticCode.inputOutput.advice))
        }
    }
}
