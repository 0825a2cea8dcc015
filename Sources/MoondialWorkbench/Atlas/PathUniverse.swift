// SPDX-License-Identifier: MIT

import TextFormats

/// The paths among which patterns tell some from the others.
struct PathUniverse {
    private typealias Stop = PathPattern.Stop

    /// What paths differ in beside outcomes and endpoints. The first ones are the requests by themselves.
    private var situations: FeatureTable
    private var indices: [Situation: Int] = [:]
    /// The request of each situation.
    private var requests: [Int]
    /// Whether there are several times to tell apart.
    private let hasTimes: Bool
    /// Which requests can come to attempts at these stops at all.
    private var requestsAtStops: [[Stop]: Set<Int>]
    /// In which situations a path has come to these stops, and with which outcomes. Empty where requests are all that paths
    /// differ in.
    private var outcomesAtStops: [[Stop]: [Int: Set<[Outcome]>]] = [:]

    private struct Situation: Hashable {
        let request: Int
        let time: Int64?
        let store: [StoreStep]
    }

    init(_ paths: [ExploredPath], of classes: [RequestClass]) {
        requests = Array(classes.indices)
        requestsAtStops = [[]: Set(classes.indices)]
        situations = FeatureTable(classes.map(\.values))
        hasTimes = Set(paths.lazy.compactMap(\.time)).count > 1
        let isSimple = !hasTimes && paths.allSatisfy(\.store.isEmpty)
        for path in paths {
            let stops = path.stops
            for count in stops.indices { requestsAtStops[Array(stops[...count]), default: []].insert(path.request) }
            guard !isSimple else { continue }
            let index = addSituation(of: path, classes)
            let outcomes = path.steps.map(\.outcome)
            for count in 0...stops.count {
                outcomesAtStops[Array(stops.prefix(count)), default: [:]][index, default: []].insert(
                    Array(outcomes.prefix(count)))
            }
        }
    }

    private func situation(of path: ExploredPath) -> Situation {
        Situation(request: path.request, time: hasTimes ? path.time : nil, store: path.store)
    }

    private mutating func addSituation(of path: ExploredPath, _ classes: [RequestClass]) -> Int {
        let situation = situation(of: path)
        if situation.store.isEmpty, situation.time == nil { return path.request }
        if let index = indices[situation] { return index }
        var values = classes[path.request].values
        values[.time] = situation.time.map { UTCTime.text(milliseconds: $0) }
        for step in situation.store { values[.store(step.call)] = step.outcome.text }
        indices[situation] = requests.count
        requests.append(path.request)
        situations.add(values)
        return requests.count - 1
    }

    /// The patterns that cover some of the paths, and no others.
    func patterns(of paths: [ExploredPath]) -> [PathPattern] {
        var patterns: [PathPattern] = []
        for (stops, paths) in Dictionary(grouping: paths, by: \.stops) {
            var sequences: [Int: Set<[Outcome]>] = [:]
            for path in paths {
                let index = outcomesAtStops.isEmpty ? path.request : indices[situation(of: path)] ?? path.request
                sequences[index, default: []].insert(path.steps.map(\.outcome))
            }
            for (sequences, chosen) in Dictionary(grouping: sequences.keys, by: { sequences[$0] ?? [] }) {
                let chosen = Set(chosen)
                for product in OutcomeSequences.products(of: sequences) {
                    let others = candidates(at: stops, product)
                    patterns += Condition.conditions(for: chosen, among: others.union(chosen), situations).map {
                        PathPattern(outcomes: product, routes: [stops], condition: $0)
                    }
                }
            }
        }
        return PathPattern.merged(patterns)
    }

    /// From what a condition has to tell the chosen: the situations that come to these stops with these outcomes, and the
    /// requests that come there with others.
    private func candidates(at stops: [Stop], _ product: [OutcomeSet]) -> Set<Int> {
        let requests = requestsAtStops[stops] ?? []
        guard !outcomesAtStops.isEmpty else { return requests }
        var found: Set<Int> = []
        for (situation, sequences) in outcomesAtStops[stops] ?? [:] {
            let comesThere = sequences.contains { sequence in
                zip(sequence, product).allSatisfy { $1.outcomes.contains($0) }
            }
            if comesThere { found.insert(situation) }
        }
        return found.union(requests.subtracting(found.map { self.requests[$0] }))
    }
}

/// The values of the features of some things, by their numbers.
struct FeatureTable {
    private(set) var values: [[RequestClass.Feature: String]]
    /// Those that anything has, in their order.
    private(set) var features: [RequestClass.Feature]

    init(_ values: [[RequestClass.Feature: String]]) {
        self.values = values
        features = Set(values.flatMap(\.keys)).sorted()
    }

    mutating func add(_ values: [RequestClass.Feature: String]) {
        self.values.append(values)
        for feature in values.keys where !features.contains(feature) {
            features.append(feature)
            features.sort()
        }
    }
}
