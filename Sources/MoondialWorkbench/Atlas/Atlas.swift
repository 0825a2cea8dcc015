// SPDX-License-Identifier: MIT

package import MoondialRules
import NumberVerification

/// The results of a rulebook on all paths, grouped by their endings.
package struct Atlas: Sendable {
    /// Paths that lead to the same ending.
    package struct Group: Sendable {
        package let ending: Ending
        /// Patterns of the paths that lead there, the shortest first.
        package let patterns: [PathPattern]
        /// How many paths lead there.
        package let paths: Int
    }

    /// The part of a path's result by which the atlas groups paths.
    package struct Ending: Sendable, Hashable {
        package let outcome: Decision.Outcome
        package let reason: String?
        package let rule: String
        package let why: DecisionReason
        package let attempts: Int
        package let money: Charge

        init(_ result: PathResult) {
            outcome = result.decision.outcome
            reason = result.decision.reason
            rule = result.rule
            attempts = result.attempts
            money = result.money
            why = result.why
        }

        /// Without the entry of a `map_result` table that decided, and without the reason of an error that no rule
        /// maps.
        private var identity: [String] {
            [
                outcome.rawValue, isUnmapped ? "" : reason ?? "", rule, String(attempts), money.text,
                isFailure ? "failure" : "",
            ]
        }

        /// The default mapping gives an error its own name as the reason.
        private var isUnmapped: Bool { why == .defaultMapping(.unknown) }

        private var isFailure: Bool {
            if case .failure = why { true } else { false }
        }

        package static func == (left: Ending, right: Ending) -> Bool { left.identity == right.identity }

        package func hash(into hasher: inout Hasher) { hasher.combine(identity) }

        /// `review new_token`
        var decision: String {
            outcome.rawValue + (isUnmapped ? " with its name" : reason.map { " \($0)" } ?? "")
        }

        /// `review new_token by 'tokens that are spent', 1 attempt, unbilled`.
        package var text: String { text(decision) }

        /// The same with the reason of the path itself, also where the reason is the name of an error.
        package var ownText: String { text(outcome.rawValue + (reason.map { " \($0)" } ?? "")) }

        private func text(_ decision: String) -> String {
            let attempts = attempts == 0 ? "" : attempts == 1 ? ", 1 attempt" : ", \(attempts) attempts"
            let money = self.attempts == 0 ? "" : ", \(money.text)"
            return "\(decision) \(source)\(attempts)\(money)"
        }

        /// Which rule or other cause decided.
        package var source: String {
            switch why {
            case .hook(_, let rule), .mapEntry(_, let rule): "by '\(rule)'"
            case .failure(_, let hook, let rule): "since \(hook.rawValue) of '\(rule)' failed"
            case .defaultMapping: "by default"
            case .noAttempt(let reason): "since no attempt was made: \(reason.explanation)"
            case .cancelled: "since the run was cancelled"
            }
        }
    }

    /// The groups with the fewest attempts first, then those with the shortest description.
    package let groups: [Group]

    package init(_ exploration: Exploration) {
        let universe = PathUniverse(exploration.paths, of: exploration.requests)
        let paths = Dictionary(grouping: exploration.paths, by: \.result)
        var endings: [Ending: [ExploredPath]] = [:]
        for index in exploration.results.indices {
            endings[Ending(exploration.results[index]), default: []] += paths[index] ?? []
        }
        groups = endings.map { ending, paths in
            Group(
                ending: ending, patterns: universe.patterns(of: paths), paths: paths.count)
        }.sorted { $0.order < $1.order }
    }
}

extension Atlas.Group {
    fileprivate var order: (Int, Int, String) {
        (ending.attempts, patterns.reduce(0) { $0 + $1.text.count }, ending.text)
    }
}
