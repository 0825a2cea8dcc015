// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import NumberVerification

/// Where two rulebooks differ in what they lead to. Names of rules, order and layout alone make no difference.
package struct RulebookDiff: Sendable {
    /// Paths that lead to something else, in the same way.
    package struct Change: Sendable {
        /// `deny number_differs → allow dual_sim`, and what else has changed.
        package let title: String
        package let old: Decision.Outcome
        package let new: Decision.Outcome
        /// Who decided before, and who decides now.
        package let wasDecided: String
        package let isDecided: String
        package let oldMoney: Charge
        package let newMoney: Charge
        package let patterns: [PathPattern]
        package let paths: Int
    }

    /// Those that let somebody in first, then those of the most paths.
    package let changes: [Change]
    /// How many paths were compared.
    package let comparedPaths: Int

    /// Compares what was explored with the same requests at the same times.
    package init(old: Exploration, new: Exploration) {
        let pairs = PathPair.all(old, new)
        comparedPaths = pairs.count
        var universes = PathPattern.universes(of: new)
        for (stops, requests) in PathPattern.universes(of: old) { universes[stops, default: []].formUnion(requests) }

        var groups: [ChangeKey: [ExploredPath]] = [:]
        for pair in pairs {
            let (before, after) = (old.result(of: pair.old), new.result(of: pair.new))
            guard let title = Self.title(before, after, pair) else { continue }
            groups[ChangeKey(title: title, before, after), default: []].append(pair.longer)
        }
        changes = groups.map { key, paths in
            Change(
                title: key.title, old: key.old, new: key.new, wasDecided: key.wasDecided, isDecided: key.isDecided,
                oldMoney: key.oldMoney, newMoney: key.newMoney,
                patterns: PathPattern.patterns(of: paths, in: new, among: universes), paths: paths.count)
        }.sorted { $0.order < $1.order }
    }

    /// What has changed, or nil.
    private static func title(_ before: PathResult, _ after: PathResult, _ pair: PathPair) -> String? {
        var parts: [String] = []
        let (old, new) = (before.decision, after.decision)
        if old.outcome != new.outcome || old.reason != new.reason {
            parts.append("\(text(old)) → \(text(new))")
        } else {
            parts.append(text(old))
        }
        if old.fields != new.fields {
            let texts = [old.fields, new.fields].map { TestNotation.lua(.object($0)) }
            parts.append("fields \(texts[0]) → \(texts[1])")
        }
        if pair.old.stops != pair.new.stops {
            parts.append("sent to \(route(pair.old)) → \(route(pair.new))")
        }
        if before.money != after.money { parts.append("\(before.money.text) → \(after.money.text)") }
        if before.logs != after.logs { parts.append("logs \(logs(before)) → \(logs(after))") }
        return parts.count > 1 || old.outcome != new.outcome || old.reason != new.reason
            ? parts.joined(separator: ", ") : nil
    }

    private static func text(_ choice: RuleDecision) -> String {
        choice.outcome.rawValue + (choice.reason.map { " \($0)" } ?? "")
    }

    private static func route(_ path: ExploredPath) -> String {
        path.stops.isEmpty ? "nobody" : path.stops.map(\.text).joined(separator: " then ")
    }

    private static func logs(_ result: PathResult) -> String {
        result.logs.isEmpty ? "nothing" : result.logs.map { "'\($0)'" }.joined(separator: ", ")
    }
}

extension RulebookDiff.Change {
    fileprivate var order: (Int, Int, String) { (old != .allow && new == .allow ? 0 : 1, -paths, title) }
}

/// What changes have in common that are shown as one.
private struct ChangeKey: Hashable {
    let title: String
    let old: Decision.Outcome
    let new: Decision.Outcome
    let wasDecided: String
    let isDecided: String
    let oldMoney: Charge
    let newMoney: Charge

    init(title: String, _ before: PathResult, _ after: PathResult) {
        self.title = title
        old = before.decision.outcome
        new = after.decision.outcome
        wasDecided = Atlas.Ending(before).source
        isDecided = Atlas.Ending(after).source
        oldMoney = before.money
        newMoney = after.money
    }
}

/// The same request with the same outcomes under two rulebooks. Where one makes more attempts than the other, each of its
/// paths is compared with the one that ended before.
private struct PathPair {
    let old: ExploredPath
    let new: ExploredPath

    var longer: ExploredPath { old.steps.count > new.steps.count ? old : new }

    private struct Key: Hashable {
        let request: Int
        let time: Int64?
        let outcomes: [Outcome]
    }

    static func all(_ old: Exploration, _ new: Exploration) -> [PathPair] {
        let (olds, news) = (index(old), index(new))
        var pairs: [PathPair] = []
        for path in new.paths {
            if let match = prefix(of: path, in: olds) { pairs.append(PathPair(old: match, new: path)) }
        }
        for path in old.paths {
            guard let match = prefix(of: path, in: news), match.steps.count < path.steps.count else { continue }
            pairs.append(PathPair(old: path, new: match))
        }
        return pairs
    }

    private static func index(_ exploration: Exploration) -> [Key: ExploredPath] {
        Dictionary(
            exploration.paths.map { (Key(request: $0.request, time: $0.time, outcomes: $0.steps.map(\.outcome)), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The path of the other rulebook that these outcomes lead to, if it has ended by then. One whose hooks ask for the time
    /// is compared with one whose hooks do not.
    private static func prefix(of path: ExploredPath, in paths: [Key: ExploredPath]) -> ExploredPath? {
        let outcomes = path.steps.map(\.outcome)
        for count in (0...outcomes.count).reversed() {
            for time in path.time == nil ? [nil] : [path.time, nil] {
                let key = Key(request: path.request, time: time, outcomes: Array(outcomes.prefix(count)))
                if let match = paths[key] { return match }
            }
        }
        return nil
    }
}
