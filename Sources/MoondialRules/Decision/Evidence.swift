// SPDX-License-Identifier: MIT

package import NumberVerification

/// What a run knows about the number when its rules decide.
package enum Evidence: Sendable, Hashable {
    /// The last attempt of the run itself. Raw attempts made by hooks are no evidence: they may be about another
    /// phone.
    case attempt(Attempt)
    /// No attempt was made, because this guard forbade it.
    case noAttempt(Guard)

    package var verdict: Verdict {
        switch self {
        case .attempt(let attempt): attempt.verdict
        case .noAttempt: .unknown
        }
    }

    /// The provider's code, or nil when no reply came.
    package var code: Int64? {
        switch self {
        case .attempt(let attempt): attempt.code
        case .noAttempt: nil
        }
    }

    /// Why there is no verdict: the kind of error, `code_9002`, or the guard's name. Nil with a verdict.
    package var cause: String? {
        switch self {
        case .noAttempt(let reason): reason.rawValue
        case .attempt(let attempt) where attempt.verdict != .unknown: nil
        case .attempt(let attempt): attempt.error?.kind.rawValue ?? attempt.code.map { "code_\($0)" }
        }
    }
}

/// What keeps a run from sending an attempt. The raw value is the reason shown in traces and decisions.
package enum Guard: String, Sendable, CaseIterable {
    /// The run's time is over.
    case deadline
    /// The run has made all the attempts it may.
    case maxAttempts = "max_attempts"
    /// An earlier attempt has spent the token, or may have, and the rule did not say `even_if_delivered`.
    case tokenSpent = "token_spent"
    /// The account of the application cannot be used at the provider.
    case accountBlocked = "account_blocked"
    /// The token was sent before, with another phone.
    case tokenReused = "token_reused"
    /// The number was checked a moment ago, and the provider would refuse another check.
    case numberInterval = "number_interval"
    /// The number was checked as often as the provider allows in a day.
    case numberDailyCap = "number_daily_cap"
    /// The application has made as many checks as the provider allows in a day.
    case applicationDailyCap = "application_daily_cap"
    /// The day's budget for charged calls is used up.
    case budget
    /// The store that a guard needs does not answer.
    case storeUnavailable = "store_unavailable"
    /// Another gateway was deciding on the token and ended before it had an answer.
    case verdictLost = "verdict_lost"
    /// A raw attempt was asked for while no hook of the run was running.
    case notInHook = "not_in_hook"

    /// Whether the reason lies in the host and not in the run. If nothing was sent for such a reason, the default
    /// mapping decides, and no `map_result` is asked.
    var isOfHost: Bool {
        switch self {
        case .deadline, .maxAttempts, .tokenSpent, .notInHook: false
        case .accountBlocked, .tokenReused, .numberInterval, .numberDailyCap, .applicationDailyCap, .budget,
            .storeUnavailable, .verdictLost:
            true
        }
    }

    /// Why nothing was sent: a clause that follows a colon in a message.
    package var explanation: String {
        switch self {
        case .deadline: "the run's time is over"
        case .maxAttempts: "the run has made all the attempts it may"
        case .tokenSpent: "an earlier attempt may have spent the token"
        case .accountBlocked: "the application's account cannot be used at the provider"
        case .tokenReused: "the token was sent before, with another phone"
        case .numberInterval: "the provider would refuse another check of the number so soon"
        case .numberDailyCap: "the number was checked as often as the provider allows in a day"
        case .applicationDailyCap: "the application has made as many checks as the provider allows in a day"
        case .budget: "the day's budget for charged calls is used up"
        case .storeUnavailable: "the store that a guard needs does not answer"
        case .verdictLost: "another gateway was deciding on the token and has ended"
        case .notInHook: "no hook of the run is running"
        }
    }
}
