// SPDX-License-Identifier: MIT

/// The two paths of the service that check a number.
///
/// The kind of SDK that made a token decides which endpoint can read it.
/// Source: docs.jiguang.cn, jverification/server/rest_api/verify_api.
package enum Endpoint: String, Sendable, CaseIterable {
    /// Tokens of the Android, Harmony and iOS SDKs.
    case mobile
    /// Tokens of the Web SDK.
    case h5

    /// The absolute path, without the base path of a proxy.
    package var path: String {
        switch self {
        case .mobile: "/v1/web/verify"
        case .h5: "/v1/web/h5/verify"
        }
    }

    /// The other one of the two endpoints.
    package var other: Endpoint {
        switch self {
        case .mobile: .h5
        case .h5: .mobile
        }
    }
}
