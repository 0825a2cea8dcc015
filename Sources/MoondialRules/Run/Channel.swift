// SPDX-License-Identifier: MIT

package import NumberVerification

/// Which kind of client SDK obtained the token.
package enum Channel: String, Sendable, CaseIterable {
    /// The Android, Harmony and iOS SDKs.
    case native
    /// The Web SDK.
    case web

    /// The endpoint that can read the tokens of this channel.
    package var endpoint: Endpoint {
        switch self {
        case .native: .mobile
        case .web: .h5
        }
    }
}
