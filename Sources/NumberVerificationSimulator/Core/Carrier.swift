// SPDX-License-Identifier: MIT

/// The three mainland carriers, by the names the provider gives them.
enum Carrier: String, Sendable, CaseIterable {
    /// China Mobile.
    case mobile = "CM"
    /// China Unicom.
    case unicom = "CU"
    /// China Telecom.
    case telecom = "CT"

    /// The name for people.
    var name: String {
        switch self {
        case .mobile: "China Mobile"
        case .unicom: "China Unicom"
        case .telecom: "China Telecom"
        }
    }

    /// How long a token of number verification lives. Source: docs.jiguang.cn, jverification/FAQ/prod_faq.
    var tokenLife: Duration {
        switch self {
        case .mobile: .seconds(120)
        case .unicom: .seconds(600)
        case .telecom: .seconds(60)
        }
    }
}
