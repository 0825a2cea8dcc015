// SPDX-License-Identifier: MIT

/// The values of the features of some things, by their numbers.
struct FeatureTable {
    let values: [[RequestClass.Feature: String]]
    /// Those that anything has, in their order.
    let features: [RequestClass.Feature]
    /// What each feature can be, nil among it when something does not have it.
    private let choices: [[String?]]
    /// Of each thing, for each feature which of its choices it is.
    private let codes: [[Int]]

    init(_ values: [[RequestClass.Feature: String]]) {
        let features = Set(values.flatMap(\.keys)).sorted()
        let choices = features.map { feature in Array(Set(values.map { $0[feature] })) }
        let numbers = choices.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) }
        codes = values.map { values in features.indices.map { numbers[$0][values[features[$0]]] ?? 0 } }
        self.values = values
        self.features = features
        self.choices = choices
    }

    /// Products that together hold for `chosen` of `universe`, and for no other of these. Each is as wide as it can be, so
    /// that some may hold for the same.
    func cover(_ chosen: Set<Int>, among universe: Set<Int>) -> [Condition] {
        let others = universe.subtracting(chosen).map { codes[$0] }
        var missing = chosen
        var conditions: [Condition] = []
        while let first = missing.min() {
            var product = Product(codes[first], sizes: choices.map(\.count))
            for feature in features.indices {
                var wider = product
                wider.allowed[feature] = nil
                if !others.contains(where: wider.holds) { product = wider }
            }
            for (feature, choices) in choices.enumerated() {
                for choice in choices.indices {
                    var wider = product
                    guard wider.allow(choice, of: feature), !others.contains(where: wider.holds),
                        missing.contains(where: { wider.holds(codes[$0]) && !product.holds(codes[$0]) })
                    else { continue }
                    product = wider
                }
            }
            missing = missing.filter { !product.holds(codes[$0]) }
            conditions.append(condition(product))
        }
        return conditions
    }

    private func condition(_ product: Product) -> Condition {
        var values: [RequestClass.Feature: Set<String?>] = [:]
        for (feature, allowed) in product.allowed.enumerated() {
            guard let allowed else { continue }
            values[features[feature]] = Set(allowed.indices.filter { allowed[$0] }.map { choices[feature][$0] })
        }
        return Condition(values: values)
    }

    /// For each feature the choices that count, nil for all.
    private struct Product {
        var allowed: [[Bool]?]

        /// One thing alone.
        init(_ codes: [Int], sizes: [Int]) {
            allowed = zip(codes, sizes).map { code, size in (0..<size).map { $0 == code } }
        }

        /// False when it counts already.
        mutating func allow(_ choice: Int, of feature: Int) -> Bool {
            guard allowed[feature]?[choice] == false else { return false }
            allowed[feature]?[choice] = true
            return true
        }

        func holds(_ codes: [Int]) -> Bool {
            for (feature, choices) in allowed.enumerated() {
                if let choices, !choices[codes[feature]] { return false }
            }
            return true
        }
    }
}
