// SPDX-License-Identifier: MIT

/// The values of features, for each of several situations.
struct FeatureTable {
    let values: [[RequestClass.Feature: String]]
    /// The features that have a value in any situation, in their order.
    let features: [RequestClass.Feature]
    /// For each situation, a number for the value of each feature.
    private let codes: [[Int]]

    init(_ values: [[RequestClass.Feature: String]]) {
        let features = Set(values.flatMap(\.keys)).sorted()
        self.values = values
        self.features = features
        var numbers: [[String?: Int]] = Array(repeating: [:], count: features.count)
        codes = values.map { values in
            features.enumerated().map { index, feature in
                let value = values[feature]
                if let number = numbers[index][value] { return number }
                numbers[index][value] = numbers[index].count
                return numbers[index].count - 1
            }
        }
    }

    /// Conditions that together hold exactly for `chosen` among `universe`. Each has as few features as possible, so
    /// that conditions may overlap.
    func cover(_ chosen: Set<Int>, among universe: Set<Int>) -> [Condition] {
        let others = universe.subtracting(chosen).map { codes[$0] }
        var missing = chosen
        var conditions: [Condition] = []
        while let first = missing.min() {
            var counting = Array(features.indices)
            for feature in features.indices {
                let fewer = counting.filter { $0 != feature }
                if !others.contains(where: { isLike(codes[first], $0, in: fewer) }) { counting = fewer }
            }
            missing = missing.filter { !isLike(codes[first], codes[$0], in: counting) }
            let values = counting.map { (features[$0], Set([self.values[first][features[$0]]])) }
            conditions.append(Condition(values: Dictionary(uniqueKeysWithValues: values)))
        }
        for feature in features { conditions = Condition.merged(conditions, by: feature) }
        return conditions
    }

    private func isLike(_ codes: [Int], _ other: [Int], in features: [Int]) -> Bool {
        features.allSatisfy { codes[$0] == other[$0] }
    }
}
