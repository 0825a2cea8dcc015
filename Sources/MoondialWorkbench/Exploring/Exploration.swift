// SPDX-License-Identifier: MIT

package import MoondialRules
import TextFormats

/// All paths through a rulebook, with their results.
package struct Exploration: Sendable {
    /// The rules that were explored.
    package let outline: RulebookOutline
    package let requests: [RequestClass]
    package internal(set) var paths: [ExploredPath] = []
    package internal(set) var results: [PathResult] = []
    /// How many of the paths were taken. The other paths are copies, for requests that are the same to the rules.
    package internal(set) var takenPaths = 0
    /// How each hook was used, by its place.
    package internal(set) var uses: [HookPlace: HookUse] = [:]
    /// Entries of `map_result` tables that have decided.
    package internal(set) var entries: Set<UsedEntry> = []
    /// Paths with another result when they were taken a second time.
    package internal(set) var unsteady: [UnsteadyPath] = []
    /// How many requests do not have all their paths, since there were too many.
    package internal(set) var unfinishedRequests = 0
    /// Whether a path has made more calls of the store than are answered in every way.
    package internal(set) var hasManyStoreCalls = false
    /// Whether a hook has used random numbers.
    package internal(set) var usesRandomNumbers = false

    package init(outline: RulebookOutline, requests: [RequestClass]) {
        self.outline = outline
        self.requests = requests
    }

    package func result(of path: ExploredPath) -> PathResult { results[path.result] }

    /// What was left out, or nil.
    package var omission: String? {
        var omissions: [String] = []
        if unfinishedRequests > 0 {
            omissions.append(
                "there are more than \(paths.count) paths: those of "
                    + "\(unfinishedRequests.counting("request")) were left out; raise --max-paths, or name fewer "
                    + "requests with --requests")
        } else if hasManyStoreCalls {
            omissions.append(
                "of the calls of the store in a run, only the first \(Explorer.branchingStoreCalls) are answered in every "
                    + "way")
        }
        if usesRandomNumbers { omissions.append("hooks use random numbers, of which one sequence was tried") }
        return omissions.isEmpty ? nil : omissions.joined(separator: "; ")
    }

    /// The rule of a hook.
    package func rule(at place: HookPlace) -> RuleOutline { outline.rules[place.rule] }
}

/// How often a hook was called, and how often it answered.
package struct HookUse: Sendable, Hashable {
    package var calls = 0
    package var answers = 0
    /// How often it logged something, made an attempt or called the store.
    package var effects = 0

    /// Counts an event that happened at the hook.
    mutating func note(_ event: TraceEvent.Kind) {
        switch event {
        case .hookCalled: calls += 1
        case .hookAnswered(let answer, _): if let answer, answer != .none { answers += 1 }
        case .logged, .attemptBegan(_, _, .some), .storeCalled: effects += 1
        default: break
        }
    }
}

/// An entry of a rule's `map_result` table.
package struct UsedEntry: Sendable, Hashable {
    package let rule: String
    package let key: ResultMap.Key
}

/// A path with two results.
package struct UnsteadyPath: Sendable {
    package let path: ExploredPath
    package let second: PathResult
}

extension Exploration {
    /// Explores rules on the calling thread, and returns when all paths have been taken. No other code may use the
    /// rules.
    package static func of(
        _ rules: LoadedRulebook, requests: [RequestClass] = RequestClass.builtIn, settings: Explorer.Settings
    ) -> Exploration {
        OwnEventLoop.run { eventLoop, end in
            let engine = RuleEngine(rules, attempts: NoAttempts(), eventLoop: eventLoop)
            Explorer(engine: engine, requests: requests, settings: settings, eventLoop: eventLoop).start(
                completion: end)
        }
    }
}
