// SPDX-License-Identifier: MIT

import TextFormats

/// All paths of an exploration or a comparison, among which patterns describe some.
struct PathUniverse {
    private typealias Stop = PathPattern.Stop

    /// What paths differ in, in addition to outcomes and endpoints. The first situations are the requests alone.
    private let situations: FeatureTable
    private var indices: [Situation: Int] = [:]
    /// The request of each situation.
    private var requests: [Int]
    /// Whether paths have different times.
    private let hasTimes: Bool
    /// The requests that can lead to attempts at these endpoints.
    private var requestsAtStops: [[Stop]: Set<Int>]
    /// The situations of paths with attempts at these endpoints, each with the sequences of outcomes. Empty if paths
    /// differ only in their requests.
    private var outcomesAtStops: [[Stop]: [Int: Set<[Outcome]>]] = [:]

    private struct Situation: Hashable {
        let request: Int
        let time: Int64?
        let store: [StoreStep]

        init(of path: ExploredPath, hasTimes: Bool) {
            request = path.request
            time = hasTimes ? path.time : nil
            store = path.store
        }

        /// Whether the situation consists of the request alone.
        var isRequest: Bool { store.isEmpty && time == nil }

        /// The features' values, with those of the request.
        func values(_ request: [RequestClass.Feature: String]) -> [RequestClass.Feature: String] {
            var values = request
            values[.time] = time.map { UTCTime.text(milliseconds: $0) }
            for step in store { values[.store(step.call)] = step.outcome.text }
            return values
        }
    }

    init(_ paths: [ExploredPath], of classes: [RequestClass]) {
        requests = Array(classes.indices)
        requestsAtStops = [[]: Set(classes.indices)]
        var values = classes.map(\.values)
        let hasTimes = Set(paths.lazy.compactMap(\.time)).count > 1
        self.hasTimes = hasTimes
        let isSimple = !hasTimes && paths.allSatisfy(\.store.isEmpty)
        var last: ExploredPath?
        for path in paths {
            defer { last = path }
            // Most paths differ from the one before only in an outcome.
            if isSimple, let last, last.request == path.request, last.hasStops(of: path) { continue }
            let stops = path.stops
            for count in stops.indices { requestsAtStops[Array(stops[...count]), default: []].insert(path.request) }
            guard !isSimple else { continue }
            let situation = Situation(of: path, hasTimes: hasTimes)
            var index = path.request
            if !situation.isRequest {
                index = indices[situation] ?? values.count
                if index == values.count {
                    indices[situation] = index
                    requests.append(path.request)
                    values.append(situation.values(classes[path.request].values))
                }
            }
            let outcomes = path.steps.map(\.outcome)
            for count in 0...stops.count {
                outcomesAtStops[Array(stops.prefix(count)), default: [:]][index, default: []].insert(
                    Array(outcomes.prefix(count)))
            }
        }
        situations = FeatureTable(values)
    }

    /// Patterns that cover exactly the given paths.
    func patterns(of paths: [ExploredPath]) -> [PathPattern] {
        var patterns: [PathPattern] = []
        for (stops, paths) in Dictionary(grouping: paths, by: \.stops) {
            var sequences: [Int: Set<[Outcome]>] = [:]
            for path in paths {
                let index =
                    outcomesAtStops.isEmpty
                    ? path.request : indices[Situation(of: path, hasTimes: hasTimes)] ?? path.request
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

    /// The situations among which a condition has to choose: those with these endpoints and outcomes, and the requests
    /// that have these endpoints with other outcomes.
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
