// SPDX-License-Identifier: MIT

package import MoondialRules
package import NumberVerification

/// One attempt of a path.
package struct PathStep: Sendable, Hashable {
    package let endpoint: Endpoint
    /// Whether a hook made the attempt with `moondial.attempt`.
    package let isRaw: Bool
    package let outcome: Outcome
}

/// One call of `moondial.store` on a path.
package struct StoreStep: Sendable, Hashable {
    /// A name that is unique on the path: `count phone:…`, and for a second such call `count phone:… (2)`.
    package let call: String
    package let outcome: StoreOutcome
    /// Whether the answer differs from the usual one, which an empty store that can be reached would give.
    package let isUnusual: Bool
}

/// A request, the outcomes of its attempts and of its calls of the store in order, and the result.
package struct ExploredPath: Sendable {
    /// The index of the request in the exploration.
    package let request: Int
    /// The time of day when the run began, in milliseconds since 1970; nil if no hook has read the time.
    package let time: Int64?
    package let steps: [PathStep]
    /// The calls of the store; empty if rules make none.
    package let store: [StoreStep]
    /// The index of the result in the exploration.
    package let result: Int
}

extension ExploredPath {
    /// The same path for another request.
    func of(request: Int) -> ExploredPath {
        ExploredPath(request: request, time: time, steps: steps, store: store, result: result)
    }

    /// The length by which paths are compared: attempts, then calls of the store, then unusual answers.
    var length: (Int, Int, Int) { (steps.count, store.count, store.count(where: \.isUnusual)) }

    /// `9020, 9000`, and with a store `9020, 9000, count phone:… = over`.
    var words: [String] { steps.map(\.outcome.description) + store.map(\.words) }
}

extension StoreStep {
    /// `count phone:… = over`
    package var words: String { "\(call) = \(outcome.text)" }

    /// The calls of the store in a run, with their outcomes.
    ///
    /// - Parameters:
    ///   - trace: The trace of the run.
    ///   - outcomes: The outcomes in the order of the calls, each with whether it is unusual; nil to take them from the
    ///     trace.
    /// - Returns: The calls in their order.
    static func steps(of trace: Trace, _ outcomes: [(outcome: StoreOutcome, isUnusual: Bool)]? = nil) -> [StoreStep] {
        var counts: [String: Int] = [:]
        return StoreCall.all(in: trace).enumerated().map { index, call in
            let count = counts[call.name, default: 0] + 1
            counts[call.name] = count
            let name = count == 1 ? call.name : "\(call.name) (\(count))"
            guard let outcomes, outcomes.indices.contains(index) else {
                return StoreStep(call: name, outcome: call.outcome, isUnusual: false)
            }
            return StoreStep(call: name, outcome: outcomes[index].outcome, isUnusual: outcomes[index].isUnusual)
        }
    }
}

/// The visible result of a path.
package struct PathResult: Sendable, Hashable {
    /// The decision, with the reason and the fields that the rule gave, redacted.
    package let decision: RuleDecision
    /// The name of the rule that decided.
    package let rule: String
    package let why: DecisionReason
    package let attempts: Int
    package let money: Charge
    /// The messages that hooks have logged, redacted.
    package let logs: [String]
    /// The failures of hooks, in order.
    package let failures: [PathFailure]
    /// Attempts that hooks asked for and a guard refused.
    package let refusals: [PathRefusal]
    /// The verdict of the run on the number.
    package let verdict: Verdict
    /// Whether a token was sent after an attempt that may have spent it.
    package let sendsTokenAgain: Bool
}

/// How often a run was charged.
package struct Charge: Sendable, Hashable {
    /// Attempts that were charged.
    package let certain: Int
    /// Attempts that may have been charged.
    package let possible: Int

    package init(of attempts: [RunAttempt]) {
        certain = attempts.count { $0.attempt.billed == .yes }
        possible = attempts.count { $0.attempt.billed == .maybe }
    }

    /// `unbilled`, `billed`, `billed twice`, `perhaps billed`.
    package var text: String {
        switch (certain, possible) {
        case (0, 0): "unbilled"
        case (0, _): "perhaps billed"
        case (1, 0): "billed"
        case (1, _): "billed, perhaps twice"
        case (let count, _): "billed \(count) times"
        }
    }
}

package struct PathFailure: Sendable, Hashable {
    package let place: HookPlace
    package let failure: HookFailure
}

package struct PathRefusal: Sendable, Hashable {
    package let place: HookPlace?
    package let reason: Guard
    package let isRaw: Bool
}

extension PathResult {
    init(_ run: FinishedRun) {
        let result = run.result
        let redactor = result.redactor
        var logs: [String] = []
        var failures: [PathFailure] = []
        var refusals: [PathRefusal] = []
        var spent: Set<Secret> = []
        var raw: [Int: Secret] = [:]
        var sendsAgain = false
        let own = run.trace.run.request.token
        for event in run.trace.events {
            switch event.kind {
            case .logged(let message, _): logs.append(redactor.text(message))
            case .hookAnswered(.failed(let failure)?, _):
                if let place = event.place { failures.append(PathFailure(place: place, failure: failure)) }
            case .refused(let reason, _, let isRaw):
                refusals.append(PathRefusal(place: event.place, reason: reason, isRaw: isRaw))
            case .attemptBegan(let number, _, let request):
                let token = request?.token ?? own
                raw[number] = token
                if spent.contains(token) { sendsAgain = true }
            case .attemptEnded(let number, let attempt):
                if attempt.tokenState.mayBeSpent, let token = raw[number] { spent.insert(token) }
            default: break
            }
        }
        let choice = result.decision.choice
        self.init(
            decision: RuleDecision(
                choice.outcome, reason: choice.reason.map { redactor.text($0) }, fields: choice.fields),
            rule: result.decision.rule, why: result.why, attempts: result.attempts.count,
            money: Charge(of: result.attempts), logs: logs, failures: failures, refusals: refusals,
            verdict: result.verdict, sendsTokenAgain: sendsAgain)
    }
}
