// SPDX-License-Identifier: MIT

/// What an operator configures about runs.
package struct RunSettings: Sendable, Hashable {
    /// The decision after a hook has failed. "Allow" is not possible.
    package enum OnError: String, Sendable, CaseIterable {
        case review, deny

        var outcome: Decision.Outcome {
            switch self {
            case .review: .review
            case .deny: .deny
            }
        }
    }

    /// How many attempts a run may make with its own request, without raw attempts. At least 1; the default is 2.
    package var maxAttempts: Int
    /// The default is review.
    package var onError: OnError
    /// After this time, a run starts no further attempt. The default is 10 seconds.
    package var timeout: Duration
    /// Whether phones appear unmasked in traces and JSON. Tokens never do. The default is false.
    package var showPhones: Bool
    /// Whether a request without an exID is sent with an exID that the run makes, so that its reply can be
    /// distinguished from those to other requests. The default is true.
    package var correlates = true
    /// How much time, memory and other resources rules may use.
    package var limits = RunLimits()

    package init(
        maxAttempts: Int = 2, onError: OnError = .review, timeout: Duration = .seconds(10), showPhones: Bool = false
    ) {
        precondition(maxAttempts >= 1, "a run needs at least one attempt")
        self.maxAttempts = maxAttempts
        self.onError = onError
        self.timeout = timeout
        self.showPhones = showPhones
    }

    /// How many attempts a run may make, those of `moondial.attempt` included.
    var allAttempts: Int { max(maxAttempts, limits.attempts) }
}
