// SPDX-License-Identifier: MIT

package import NumberVerification

/// Many paths in one line: for each attempt a set of outcomes and the endpoint, and a condition.
package struct PathPattern: Sendable, Hashable {
    /// The endpoint of an attempt, and how the attempt was made.
    package struct Stop: Sendable, Hashable {
        package let endpoint: Endpoint
        package let isRaw: Bool

        var text: String { isRaw ? "\(endpoint.rawValue) by moondial.attempt" : endpoint.rawValue }
    }

    /// The possible outcomes of each attempt.
    package let outcomes: [OutcomeSet]
    /// The possible sequences of the attempts' endpoints.
    package fileprivate(set) var routes: [[Stop]]
    package let condition: Condition

    /// `9003, 9020 at mobile, then 9000 at h5 when channel = web`.
    package var text: String {
        let condition = condition.text
        return condition.isEmpty ? attempts : "\(attempts) when \(condition)"
    }

    private var attempts: String {
        guard !outcomes.isEmpty else { return "no attempt" }
        return zip(outcomes, stops).map { "\($0.text) at \($1)" }.joined(separator: ", then ")
    }

    /// The words for each attempt's endpoint.
    private var stops: [String] {
        if routes.count == 1 { return routes[0].map(\.text) }
        if outcomes.count == 1 { return [routes.map { $0[0].text }.joined(separator: " or ")] }
        let isMirrored =
            routes.count == 2
            && zip(routes[0], routes[1]).allSatisfy { $0.isRaw == $1.isRaw && $0.endpoint == $1.endpoint.other }
        if isMirrored {
            let first = routes[0][0].endpoint
            return ["either endpoint"] + routes[0].dropFirst().map { $0.endpoint == first ? "the same" : "the other" }
        }
        return outcomes.indices.map { step in
            var names: [String] = []
            for route in routes where !names.contains(route[step].text) { names.append(route[step].text) }
            return names.joined(separator: " or ")
        }
    }
}

extension PathPattern {
    /// Merges patterns that differ only in the endpoints, the shortest first. The text of a pattern names the endpoints
    /// of each attempt separately. So only patterns of one attempt are merged, or a route and its mirror image.
    static func merged(_ patterns: [PathPattern]) -> [PathPattern] {
        var merged: [PathPattern] = []
        for pattern in patterns.sorted(by: { $0.order < $1.order }) {
            if let index = merged.firstIndex(where: { $0.canTake(pattern) }) {
                merged[index].routes += pattern.routes
            } else {
                merged.append(pattern)
            }
        }
        return merged.sorted {
            ($0.outcomes.count, $0.text.count, $0.text) < ($1.outcomes.count, $1.text.count, $1.text)
        }
    }

    private func canTake(_ other: PathPattern) -> Bool {
        guard outcomes == other.outcomes, condition == other.condition, let stops = other.routes.first else {
            return false
        }
        if outcomes.count == 1 { return true }
        return routes.count == 1
            && zip(routes[0], stops).allSatisfy { $0.isRaw == $1.isRaw && $0.endpoint == $1.endpoint.other }
    }

    /// Sorts mobile before h5.
    private var order: String {
        routes[0].map { $0.endpoint == .mobile ? "0" : "1" }.joined() + text
    }
}

extension ExploredPath {
    /// Whether the attempts go to the same endpoints as those of another path.
    func hasStops(of other: ExploredPath) -> Bool {
        steps.count == other.steps.count
            && zip(steps, other.steps).allSatisfy { $0.endpoint == $1.endpoint && $0.isRaw == $1.isRaw }
    }

    var stops: [PathPattern.Stop] { steps.map { PathPattern.Stop(endpoint: $0.endpoint, isRaw: $0.isRaw) } }
}
