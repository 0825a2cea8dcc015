// SPDX-License-Identifier: MIT

/// What tells some requests from others: for each feature the values that count, nil being "not given".
package struct Condition: Sendable, Hashable {
    /// Features that all requests share are left out. Empty: there is no condition.
    package let values: [RequestClass.Feature: Set<String?>]

    /// `channel = web`, `operator = CM or none`.
    package var text: String {
        RequestClass.Feature.allCases.compactMap { feature in
            guard let values = values[feature] else { return nil }
            let names = values.map { $0 ?? "none" }.sorted()
            return "\(feature.rawValue) = \(names.joined(separator: " or "))"
        }.joined(separator: " and ")
    }
}

extension Condition {
    /// Conditions that together hold for `chosen` of the requests of `universe`, and for no other.
    static func conditions(for chosen: Set<Int>, among universe: Set<Int>, _ requests: [RequestClass]) -> [Condition] {
        if chosen == universe { return [Condition(values: [:])] }
        let product = product(around: chosen, universe, requests)
        if universe.filter({ product.holds(for: requests[$0]) }) == chosen { return [product] }

        // Not one product: split by the feature that leaves the fewest.
        var best: [Condition]?
        for feature in RequestClass.Feature.allCases {
            let parts = Dictionary(grouping: chosen) { requests[$0].values[feature] }
            guard parts.count > 1 else { continue }
            var split: [Condition] = []
            for part in parts.values {
                split += conditions(for: Set(part), among: universe, requests)
            }
            split = merged(split, by: feature)
            if split.count < best?.count ?? .max { best = split }
        }
        return (best ?? [product]).sorted { $0.text < $1.text }
    }

    private func holds(for request: RequestClass) -> Bool {
        values.allSatisfy { feature, values in values.contains(request.values[feature]) }
    }

    private static func product(around chosen: Set<Int>, _ universe: Set<Int>, _ requests: [RequestClass]) -> Condition
    {
        var values: [RequestClass.Feature: Set<String?>] = [:]
        for feature in RequestClass.Feature.allCases {
            let inside = Set(chosen.map { requests[$0].values[feature] })
            if inside != Set(universe.map { requests[$0].values[feature] }) { values[feature] = inside }
        }
        return Condition(values: values)
    }

    /// Conditions that differ in the values of one feature alone become one.
    private static func merged(_ conditions: [Condition], by feature: RequestClass.Feature) -> [Condition] {
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
