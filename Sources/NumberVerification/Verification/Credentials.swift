// SPDX-License-Identifier: MIT

/// The application's HTTP Basic user and password.
package struct Credentials: Sendable, Hashable {
    /// The user. Not a secret, and part of every request.
    package let appKey: String
    /// The password.
    package let masterSecret: Secret

    /// Does not check the pair with the service.
    package init(appKey: String, masterSecret: Secret) {
        self.appKey = appKey
        self.masterSecret = masterSecret
    }

    /// The pair in the provider's documentation, which the simulator accepts by default. Public, and not valid at the
    /// provider.
    ///
    /// Source: docs.jiguang.cn, jverification/server/rest_api/verify_api.
    package static let documentedExample = Credentials(
        appKey: "7d431e42dfa6a6d693ac2d04", masterSecret: Secret("5e987ac6d2e04d95a9d8f0d1"))
}
