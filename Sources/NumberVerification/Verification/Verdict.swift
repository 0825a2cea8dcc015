// SPDX-License-Identifier: MIT

/// The network's answer about a number.
package enum Verdict: String, Sendable, CaseIterable {
    /// The number is the one of the SIM that carried the data (9000).
    case match
    /// The number does not match (9001).
    case mismatch
    /// No verdict: every other code, and every error.
    case unknown
}

/// Whether the provider has seen a request.
package enum Delivered: String, Sendable, CaseIterable {
    /// No byte of the request was sent, so the token is certainly unspent.
    case no
    /// A well-formed reply came.
    case yes
    /// Bytes were sent and no well-formed reply came, so the token may be spent.
    case maybe
}

/// Whether the provider charges for a call.
///
/// Lua and JSON show `false`, `true` and `"maybe"`.
package enum Billed: String, Sendable, CaseIterable {
    case no
    case yes
    case maybe
}
