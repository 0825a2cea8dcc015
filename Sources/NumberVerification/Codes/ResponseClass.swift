// SPDX-License-Identifier: MIT

/// The class of a response code: it tells who has to act on it.
///
/// The classes are our interpretation; the provider publishes only codes and texts.
package enum ResponseClass: String, Sendable, CaseIterable {
    /// The number matches.
    case pass
    /// The number does not match.
    case fail
    /// The token is unusable; a new one is needed.
    case token
    /// A limit per number or per application is used up.
    case throttle
    /// Our request was wrong.
    case caller
    /// The app key or the master secret is wrong or missing.
    case credentials
    /// The account, its balance or its console settings are the reason.
    case account
    /// The provider or the carrier had an error.
    case upstream
    /// A code of another service of the same provider, which verify should never return.
    case neighbour
    /// A code that is in no table we know.
    case unmapped
}
