// SPDX-License-Identifier: MIT

package import NumberVerification

/// The result of a hook.
///
/// An answer that does not fit its hook, such as an endpoint from `pre_check` or anything at all from `on_decision`,
/// is invalid, and the machine treats it as a failure of the hook.
package enum HookAnswer: Sendable, Hashable {
    /// Nil: the next rule is asked.
    case none
    /// Of `pre_check` and `map_result`.
    indirect case decision(RuleDecision)
    /// Of `route`.
    case route(Endpoint)
    /// Of `fallback`. `evenIfDelivered`: the rule allows sending the token again although it may be spent.
    case fallback(Endpoint, evenIfDelivered: Bool)
    /// The hook did not end as it should.
    indirect case failed(HookFailure)
}

extension HookAnswer {
    /// The answer, or the failure of an invalid answer when it does not fit the hook.
    func checked(for hook: Hook) -> HookAnswer {
        let noun: String
        switch (self, hook) {
        case (.none, _), (.failed, _), (.decision, .preCheck), (.decision, .mapResult), (.route, .route),
            (.fallback, .fallback):
            return self
        case (.decision, _): noun = "a decision"
        case (.route, _), (.fallback, _): noun = "an endpoint"
        }
        return .failed(HookFailure(kind: .invalidAnswer, message: "\(hook.rawValue) cannot answer with \(noun)"))
    }

    /// The same, but an error that the hook raised counts as a failure of the store.
    var asStoreFailure: HookAnswer {
        guard case .failed(let failure) = self, failure.kind == .raised else { return self }
        return .failed(
            HookFailure(
                kind: .store, message: failure.message, site: failure.site, source: failure.source,
                traceback: failure.traceback))
    }
}

/// How a hook failed.
package struct HookFailure: Error, Sendable, Hashable {
    /// All kinds of failures. The raw value is the text for metrics and JSON.
    package enum Kind: String, Sendable, CaseIterable {
        /// It raised an error.
        case raised
        /// It raised an error after the store had not answered one of its calls.
        case store = "store_unavailable"
        /// It used more time than it may.
        case timeout
        /// It used more memory than it may.
        case memory
        /// It made more coroutines or a larger table, or returned a larger value, than it may.
        case limit
        /// It called something that waits where Lua cannot wait.
        case cannotYield = "cannot_yield"
        /// It returned a value that is not valid for this hook.
        case invalidAnswer = "invalid_answer"

        /// The reason of the decision that such a failure leads to.
        package var reason: String {
            switch self {
            case .timeout: "rule_timeout"
            case .memory: "rule_memory"
            case .limit: "rule_limit"
            case .store: rawValue
            case .raised, .cannotYield, .invalidAnswer: "rule_error"
            }
        }
    }

    package let kind: Kind
    /// What happened. Redacted when it is shown.
    package let message: String
    /// Where it happened, when known.
    package let site: HookSite?
    /// The text of the line at `site`, when known.
    package let source: String?
    /// The Lua traceback without host frames, innermost first, one entry per line.
    package let traceback: [String]

    package init(
        kind: Kind, message: String, site: HookSite? = nil, source: String? = nil, traceback: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.site = site
        self.source = source
        self.traceback = traceback
    }
}
