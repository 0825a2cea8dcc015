// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore

/// A request that is being decided. Used on one event loop.
package final class PendingDecision {
    /// A name under which other requests may wait for this decision.
    struct Claim {
        /// What the name is made of. In the store, the name begins with the raw value.
        enum Kind: String {
            case token
            case idempotency
        }

        let kind: Kind
        let memory: DecisionMemory
        let key: DecisionMemory.Key
        /// The name in the store, while the claim is held there.
        var held: SharedDecisions.Name?

        /// What is remembered where the decision is not kept.
        var keepingWithoutDecision: DecisionMemory.Keeping {
            switch kind {
            case .token: .nothing
            case .idempotency: .name
            }
        }
    }

    let request: DecisionRequest
    var claims: [Claim] = []
    var handle: (any RunInFlight)?
    private var completion: ((DecisionReply) -> Void)?

    /// When the request arrived.
    let start: NIODeadline
    /// Whether the request is in the queue of runs.
    var isWaiting = false
    /// Whether the caller has hung up before the run began.
    var isAbandoned = false

    init(_ request: DecisionRequest, start: NIODeadline, _ completion: @escaping (DecisionReply) -> Void) {
        self.request = request
        self.start = start
        self.completion = completion
    }

    func finish(_ reply: DecisionReply) {
        guard let completion else { preconditionFailure("a request is decided once") }
        self.completion = nil
        completion(reply)
    }
}
