// SPDX-License-Identifier: MIT

/// What an attempt leaves of its token. The one answer to "may this token be sent again?".
///
/// Read by the guard of a run, `explain`, `error.retryable` and the simulator. Source: the table of codes in
/// docs.jiguang.cn, jverification/server/rest_api/code_description; which state follows from a code is our reading.
package enum TokenState: String, Sendable, CaseIterable {
    /// The request was refused before the token was read, or never arrived: the token still works while it lives.
    case unused
    /// Expired, used before or never valid. Sending it to the other endpoint costs nothing.
    case dead
    /// A verdict was given for it.
    case spent
    /// The carrier may have read it: sent again, it probably brings 9003 and hides a verdict that was charged.
    case unclear

    /// What an attempt leaves of its token.
    ///
    /// - Parameters:
    ///   - code: The provider's code; nil when no well-formed reply came.
    ///   - delivered: Whether the provider has seen the request. Only with `yes` does the code count.
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
    /// What a reply of verify with this code leaves of the token. Codes in no table and those of other services are unclear.
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
    /// What the attempt leaves of its token.
    package var tokenState: TokenState { TokenState(code: code, delivered: delivered) }
}
