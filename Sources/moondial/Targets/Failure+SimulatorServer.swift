// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerificationSimulator

extension Failure {
    /// Why the simulator does not listen.
    init(_ error: SimulatorServerError) {
        switch error.code {
        case .badAddress: self.init(Diagnostic(.usage, error.message))
        case .badCertificate, .badPrivateKey: self.init(Diagnostic(.inputOutput, error.message), status: .noInput)
        case .portInUse, .portForbidden, .other: self.init(Diagnostic(.inputOutput, error.message))
        }
    }
}
