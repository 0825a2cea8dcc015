// SPDX-License-Identifier: MIT

/// The same request with the same outcomes, and the same answers of the store, under two rulebooks.
///
/// If one rulebook makes more attempts, each of its paths is compared with the path of the other that ended earlier.
/// Answers to calls of the store that only one rulebook makes are ignored: all its paths are compared with the one of
/// the other.
struct PathPair {
    let old: ExploredPath
    let new: ExploredPath

    /// The longer path, with the calls of the store of both.
    var merged: ExploredPath {
        let longer = old.steps.count > new.steps.count ? old : new
        if old.store == new.store { return longer }
        let added = old.store.filter { step in !new.store.contains { $0.call == step.call } }
        return ExploredPath(
            request: longer.request, time: new.time ?? old.time, steps: longer.steps, store: new.store + added,
            result: longer.result)
    }

    static func all(_ old: Exploration, _ new: Exploration) -> [PathPair] {
        let (olds, news) = (PathIndex(old), PathIndex(new))
        var pairs: [PathPair] = []
        for path in new.paths {
            pairs += olds.counterparts(of: path).map { PathPair(old: $0, new: path) }
        }
        for path in old.paths {
            pairs += news.counterparts(of: path).filter { $0.steps.count < path.steps.count }
                .map { PathPair(old: path, new: $0) }
        }
        return pairs
    }
}

/// The paths of an exploration by their request, time, answers of the store and outcomes.
private struct PathIndex {
    private struct Start: Hashable {
        let request: Int
        let time: Int64?
    }

    /// Paths with the same answers of the store.
    private struct Branch {
        let store: [StoreStep]
        var paths: [[Outcome]: ExploredPath] = [:]
    }

    private var branches: [Start: [Branch]] = [:]

    init(_ exploration: Exploration) {
        var places: [Start: [[StoreStep]: Int]] = [:]
        for path in exploration.paths {
            let start = Start(request: path.request, time: path.time)
            let place: Int
            if let known = places[start]?[path.store] {
                place = known
            } else {
                place = branches[start]?.count ?? 0
                places[start, default: [:]][path.store] = place
                branches[start, default: []].append(Branch(store: path.store))
            }
            let outcomes = path.steps.map(\.outcome)
            if branches[start]?[place].paths[outcomes] == nil { branches[start]?[place].paths[outcomes] = path }
        }
    }

    /// The paths that end with these outcomes or earlier. A path whose hooks read the time is compared with one whose
    /// hooks do not.
    func counterparts(of path: ExploredPath) -> [ExploredPath] {
        let outcomes = path.steps.map(\.outcome)
        var found: [ExploredPath] = []
        for time in path.time == nil ? [nil] : [path.time, nil] {
            for branch in branches[Start(request: path.request, time: time)] ?? [] {
                guard Self.agree(branch.store, path.store) else { continue }
                let match = (0...outcomes.count).reversed().lazy.compactMap { branch.paths[Array(outcomes[..<$0])] }
                if let match = match.first { found.append(match) }
            }
        }
        return found
    }

    private static func agree(_ left: [StoreStep], _ right: [StoreStep]) -> Bool {
        left.allSatisfy { step in right.allSatisfy { $0.call != step.call || $0.outcome == step.outcome } }
    }
}
