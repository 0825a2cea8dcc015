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

    /// The status for what a run came to. What a rule chose counts as it is; where no rule chose, the trouble that kept
    /// the run from a verdict is told apart.
    init(_ result: RunResult) {
        switch result.why {
        case .noAttempt(.deadline): self = .deadline
        case .defaultMapping(.unknown): self = result.lastAttempt.flatMap(ExitStatus.init(troubleOf:)) ?? .review
        default: self = ExitStatus(result.decision.outcome)
        }
    }

    /// Nil when the attempt brought a reply that says something about number or token.
    private init?(troubleOf attempt: Attempt) {
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
