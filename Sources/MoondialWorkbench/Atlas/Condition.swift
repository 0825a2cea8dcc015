// SPDX-License-Identifier: MIT

/// What distinguishes some paths from others in addition to outcomes: for each feature the allowed values; nil is "not
/// given".
package struct Condition: Sendable, Hashable {
    /// Without features that do not distinguish the paths. Empty if there is no condition.
    package let values: [RequestClass.Feature: Set<String?>]

    /// `channel = web`, `operator = CM or none`, `count phone:… = over`.
    package var text: String {
        values.sorted { $0.key < $1.key }.map { feature, values in
            let names = values.map { $0 ?? feature.missing }.sorted()
            return "\(feature.name) = \(names.joined(separator: " or "))"
        }.joined(separator: " and ")
    }
}

extension Condition {
    /// Conditions that together hold exactly for `chosen` among `universe`.
    static func conditions(for chosen: Set<Int>, among universe: Set<Int>, _ table: FeatureTable) -> [Condition] {
        if chosen == universe { return [Condition(values: [:])] }
        let product = product(around: chosen, universe, table)
        if product.holds(exactlyFor: chosen, universe, table) {
            return [product.withoutNeedless(for: chosen, universe, table)]
        }
        // One condition is not enough. With many features, there are too many orders to try.
        if table.features.count > 6 { return table.cover(chosen, among: universe).sorted { $0.text < $1.text } }
        // Splits by the feature that results in the fewest conditions.
        var best: [Condition]?
        for feature in table.features {
            let parts = Dictionary(grouping: chosen) { table.values[$0][feature] }
            guard parts.count > 1 else { continue }
            var split: [Condition] = []
            for part in parts.values { split += conditions(for: Set(part), among: universe, table) }
            split = merged(split, by: feature)
            if split.count < best?.count ?? .max { best = split }
        }
        return (best ?? [product]).sorted { $0.text < $1.text }
    }

    private func holds(for values: [RequestClass.Feature: String]) -> Bool {
        self.values.allSatisfy { feature, allowed in allowed.contains(values[feature]) }
    }

    private func holds(exactlyFor chosen: Set<Int>, _ universe: Set<Int>, _ table: FeatureTable) -> Bool {
        universe.allSatisfy { holds(for: table.values[$0]) == chosen.contains($0) }
    }

    private static func product(around chosen: Set<Int>, _ universe: Set<Int>, _ table: FeatureTable) -> Condition {
        var values: [RequestClass.Feature: Set<String?>] = [:]
        for feature in table.features {
            let inside = Set(chosen.map { table.values[$0][feature] })
            if inside != Set(universe.map { table.values[$0][feature] }) { values[feature] = inside }
        }
        return Condition(values: values)
    }

    /// Removes features that are not needed, such as that of a call which another call depends on.
    private func withoutNeedless(for chosen: Set<Int>, _ universe: Set<Int>, _ table: FeatureTable) -> Condition {
        var condition = self
        for feature in values.keys.sorted() where condition.values.count > 1 {
            let shorter = Condition(values: condition.values.filter { $0.key != feature })
            if shorter.holds(exactlyFor: chosen, universe, table) { condition = shorter }
        }
        return condition
    }

    /// Merges conditions that differ only in the values of one feature.
    static func merged(_ conditions: [Condition], by feature: RequestClass.Feature) -> [Condition] {
        let groups = Dictionary(grouping: conditions) { condition in
            condition.values.filter { $0.key != feature }
        }
        return groups.flatMap { rest, group -> [Condition] in
            guard group.allSatisfy({ $0.values[feature] != nil }) else { return group }
            var values = rest
            values[feature] = group.reduce(into: Set<String?>()) { $0.formUnion($1.values[feature] ?? []) }
            return [Condition(values: values)]
        }
    }
}
