// SPDX-License-Identifier: MIT

/// The state of a token after an attempt: it decides whether the token may be sent again.
///
/// Used by the guard of a run, `explain`, `error.retryable` and the simulator. Source: the table of codes in
/// docs.jiguang.cn, jverification/server/rest_api/code_description; which state follows from a code is our
/// interpretation.
package enum TokenState: String, Sendable, CaseIterable {
    /// The request was refused before the token was read, or never arrived: the token still works while it lives.
    case unused
    /// Expired, used before or never valid. Sending it to the other endpoint costs nothing.
    case dead
    /// The token has got a verdict.
    case spent
    /// The carrier may have read the token. Sent again, it would probably get 9003 and hide a verdict that was charged.
    case unclear

    /// The state of a token after an attempt.
    ///
    /// - Parameters:
    ///   - code: The provider's code; nil when no well-formed reply came.
    ///   - delivered: Whether the provider has seen the request. The code counts only with `yes`.
    package init(code: Int64?, delivered: Delivered) {
        switch delivered {
        case .no: self = .unused
        case .maybe: self = .unclear
        case .yes: self = code.map { ResponseCode($0).tokenState } ?? .unclear
        }
    }

    /// Whether the token is spent or may be, so that only a rule's `even_if_delivered` sends it again.
    package var mayBeSpent: Bool {
        switch self {
        case .unused, .dead: false
        case .spent, .unclear: true
        }
    }
}

extension ResponseCode {
    /// The state of the token after a reply of verify with this code. It is unclear after codes in no table and codes
    /// of other services.
    package var tokenState: TokenState {
        switch responseClass {
        case .pass, .fail: .spent
        case .credentials, .caller, .account, .throttle: .unused
        case .token: self == .tokenExpiredOrNotExist ? .dead : .unused
        case .upstream, .neighbour, .unmapped: .unclear
        }
    }
}

extension Attempt {
    /// The state of the token after the attempt.
    package var tokenState: TokenState { TokenState(code: code, delivered: delivered) }
}
