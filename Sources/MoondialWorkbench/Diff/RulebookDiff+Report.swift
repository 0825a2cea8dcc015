// SPDX-License-Identifier: MIT

package import JSON
package import MoondialPresentation
import MoondialRules
import TextFormats

extension RulebookDiff {
    /// `3 changes on 120 of 3888 paths`, or that there is none.
    package var summary: String {
        let changed = changes.reduce(0) { $0 + $1.paths }
        return changes.isEmpty
            ? "no difference on \(comparedPaths.counting("path"))"
            : "\(changes.count.counting("change")) on \(changed) of "
                + comparedPaths.counting("path")
    }

    /// Each change with its paths.
    package func text(style: TextStyle, price: Double?) -> String {
        var text = ""
        for change in changes {
            let title = style.colour(String(escaping: change.title.utf8), change.new.colour)
            let money = change.moneyText(price: price).map { ", \($0)" } ?? ""
            let note =
                "(\(String(escaping: change.sources.utf8))), \(change.paths.counting("path"))\(money)\n"
            if change.patterns.count == 1 {
                text += "\(title): \(change.patterns[0].text) \(note)"
            } else {
                text += "\(title): \(note)" + change.patterns.map { "  \($0.text)\n" }.joined()
            }
        }
        return text + (changes.isEmpty ? "" : "\n") + style.bold(summary) + "\n"
    }

    /// A table in Markdown.
    package func markdown(price: Double?) -> String {
        guard !changes.isEmpty else { return summary + "\n" }
        var text = "| change | outcomes | decided | paths |\n| --- | --- | --- | --- |\n"
        for change in changes {
            let patterns = change.patterns.map { ExplorationReport.cell($0.text) }.joined(separator: "<br>")
            let money = change.moneyText(price: price).map { ", \($0)" } ?? ""
            text +=
                "| \(ExplorationReport.cell(change.title + money)) | \(patterns) "
                + "| \(ExplorationReport.cell(change.sources)) | \(change.paths) |\n"
        }
        return text + "\n\(summary)\n"
    }

    /// One object: `paths`, `changes`.
    package func json(price: Double?) -> JSONValue {
        .object([
            "paths": .integer(Int64(comparedPaths)),
            "changes": .array(
                changes.map { change in
                    var object: JSONObject = [
                        "change": .string(change.title),
                        "old_decision": .string(change.old.rawValue),
                        "new_decision": .string(change.new.rawValue),
                        "old_decided": .string(change.wasDecided),
                        "new_decided": .string(change.isDecided),
                        "paths": .integer(Int64(change.paths)),
                        "when": .array(change.patterns.map(\.json)),
                    ]
                    object["cost"] = change.moneyText(price: price).map(JSONValue.string)
                    return .object(object)
                }),
        ])
    }
}

extension RulebookDiff.Change {
    fileprivate var sources: String {
        wasDecided == isDecided ? wasDecided : "was \(wasDecided), now \(isDecided)"
    }

    /// The cost of a run before and after; nil if it is the same, or without a price.
    fileprivate func moneyText(price: Double?) -> String? {
        guard let price, oldMoney != newMoney else { return nil }
        return "\(Self.cost(oldMoney, price)) → \(Self.cost(newMoney, price))"
    }

    private static func cost(_ money: Charge, _ price: Double) -> String {
        ExplorationReport.cost(of: money, price: price)
    }
}
