// SPDX-License-Identifier: MIT

package import MoondialRules

extension DecisionWorker {
    /// What all event loops share.
    package struct Shared: Sendable {
        /// Decisions by token; nil without the token guard.
        package let tokens: DecisionMemory?
        /// Decisions by `Idempotency-Key`.
        package let idempotency: DecisionMemory
        /// By app key.
        package let breakers: [String: AccountBreaker]
        /// Caps and budget: which calls of the provider are refused.
        package let callGuard: CallGuardSettings
        /// How decisions are shared with other gateways that use the store; nil when the store is not shared.
        package let sharing: SharedDecisions.Options?
        /// Whether runs can be recorded.
        package let canRecord: @Sendable () -> Bool

        /// `tokens` is nil without the token guard.
        package init(
            tokens: DecisionMemory?, idempotency: DecisionMemory, breakers: [String: AccountBreaker],
            callGuard: CallGuardSettings = CallGuardSettings(), sharing: SharedDecisions.Options? = nil,
            canRecord: @escaping @Sendable () -> Bool
        ) {
            self.tokens = tokens
            self.idempotency = idempotency
            self.breakers = breakers
            self.callGuard = callGuard
            self.sharing = sharing
            self.canRecord = canRecord
        }
    }
}
