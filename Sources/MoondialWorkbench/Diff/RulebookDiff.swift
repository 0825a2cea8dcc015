// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import NumberVerification

/// The differences in the results of two rulebooks. Names of rules, order and layout alone make no difference.
package struct RulebookDiff: Sendable {
    /// Paths whose results have changed in the same way.
    package struct Change: Sendable {
        /// `deny number_differs → allow dual_sim`, and the other changes.
        package let title: String
        package let old: Decision.Outcome
        package let new: Decision.Outcome
        /// Which rule or other cause decided before, and which decides now.
        package let wasDecided: String
        package let isDecided: String
        package let oldMoney: Charge
        package let newMoney: Charge
        package let patterns: [PathPattern]
        package let paths: Int
    }

    /// Changes to allow first, then those with the most paths.
    package let changes: [Change]
    /// How many paths were compared.
    package let comparedPaths: Int

    /// Compares two explorations of the same requests at the same times.
    package init(old: Exploration, new: Exploration) {
        let pairs = PathPair.all(old, new)
        comparedPaths = pairs.count
        let universe = PathUniverse(pairs.map(\.merged), of: new.requests)

        var groups: [ChangeKey: [ExploredPath]] = [:]
        for pair in pairs {
            let (before, after) = (old.result(of: pair.old), new.result(of: pair.new))
            guard let title = Self.title(before, after, pair) else { continue }
            groups[ChangeKey(title: title, before, after), default: []].append(pair.merged)
        }
        changes = groups.map { key, paths in
            Change(
                title: key.title, old: key.old, new: key.new, wasDecided: key.wasDecided, isDecided: key.isDecided,
                oldMoney: key.oldMoney, newMoney: key.newMoney,
                patterns: universe.patterns(of: paths), paths: paths.count)
        }.sorted { $0.order < $1.order }
    }

    /// The changes as a text, or nil.
    private static func title(_ before: PathResult, _ after: PathResult, _ pair: PathPair) -> String? {
        var parts: [String] = []
        let (old, new) = (before.decision, after.decision)
        let (oldText, newText) = (Atlas.Ending(before).decision, Atlas.Ending(after).decision)
        if old.outcome != new.outcome || old.reason != new.reason {
            parts.append("\(oldText) → \(newText)")
        } else {
            parts.append(oldText)
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

/// The properties by which paths are grouped to one change.
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
