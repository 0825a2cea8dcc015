// SPDX-License-Identifier: MIT

/// What kind of answer a response code is: who has to do something about it.
///
/// The classes are our reading; the provider publishes codes and texts only.
package enum ResponseClass: String, Sendable, CaseIterable {
    /// The number matches.
    case pass
    /// The number is another one.
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
    /// The provider or the carrier had trouble.
    case upstream
    /// A code of another service of the same provider, which verify should never return.
    case neighbour
    /// A code that no table we know lists.
    case unmapped
}
