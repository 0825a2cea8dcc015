// SPDX-License-Identifier: MIT

/// What the network said about a number.
package enum Verdict: String, Sendable, CaseIterable {
    /// The number is the one of the SIM that carried the data (9000).
    case match
    /// The number is another one (9001).
    case mismatch
    /// No verdict: every other code, and every kind of trouble.
    case unknown
}

/// Whether the provider has seen a request.
package enum Delivered: String, Sendable, CaseIterable {
    /// Nothing of the request left this machine, so the token is certainly unspent.
    case no
    /// A well-formed reply came.
    case yes
    /// Bytes left and no well-formed reply came, so the token may be spent.
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
