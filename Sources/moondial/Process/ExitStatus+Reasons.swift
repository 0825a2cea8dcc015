// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

extension ExitStatus {
    /// The status for an error that ends a command.
    init(_ code: DiagnosticCode) {
        switch code {
        case .usage: self = .usage
        case .ruleSyntax, .ruleError, .ruleTimeout, .ruleMemory, .ruleLimit, .ruleDefinition, .requestInvalid:
            self = .badData
        case .ruleFile: self = .noInput
        case .configuration, .credentials: self = .configuration
        case .inputOutput: self = .inputOutput
        case .cancelled: self = .interrupted
        }
    }

    init(_ outcome: Decision.Outcome) {
        switch outcome {
        case .allow: self = .done
        case .deny: self = .denied
        case .review: self = .review
        }
    }

    /// The status for the result of a run. If a rule chose, its decision gives the status. If no rule chose and there
    /// is no verdict, the status says what kind of error prevented the verdict.
    init(_ result: RunResult) {
        switch result.why {
        case .noAttempt(.deadline): self = .deadline
        case .defaultMapping(.unknown): self = result.lastAttempt.flatMap(ExitStatus.init(failureOf:)) ?? .review
        default: self = ExitStatus(result.decision.outcome)
        }
    }

    /// Nil when the reply to the attempt is about the number or the token.
    private init?(failureOf attempt: Attempt) {
        switch attempt.error?.kind {
        case .dns, .connectRefused, .connectTimeout, .tls, .reset, .badReply, .httpStatus: self = .providerUnavailable
        case .poolFull: self = .tryAgain
        case .responseTimeout: self = .deadline
        case .cancelled: return nil
        case nil:
            guard let code = attempt.code, ResponseCode(code).responseClass == .credentials else { return nil }
            self = .credentialsRefused
        }
    }
}
