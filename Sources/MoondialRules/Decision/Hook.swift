// SPDX-License-Identifier: MIT

/// A point in a run at which rules are called. The raw value is the hook's name in a rule file.
package enum Hook: String, Sendable, CaseIterable {
    /// Before anything is sent: decide at once, or let the run go on.
    case preCheck = "pre_check"
    /// Choose the endpoint of the first attempt.
    case route
    /// After an attempt without a verdict: name an endpoint to try next, or make no further attempt.
    case fallback
    /// Turn the evidence into a decision.
    case mapResult = "map_result"
    /// Read the decision, which is final. The hook returns nothing.
    case onDecision = "on_decision"

    /// The position among all cases.
    var index: Int {
        switch self {
        case .preCheck: 0
        case .route: 1
        case .fallback: 2
        case .mapResult: 3
        case .onDecision: 4
        }
    }

    /// The names in the order in which a run meets them, for messages and suggestions.
    package static let names = allCases.map(\.rawValue)
}
