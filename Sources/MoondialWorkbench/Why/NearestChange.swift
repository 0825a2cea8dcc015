// SPDX-License-Identifier: MIT

package import MoondialRules
import NumberVerification

package import protocol NIOCore.EventLoop

/// The smallest change of a run that would have led to another decision: a change of the outcomes of its attempts and
/// calls of the store, of the options of its request, or of both.
package struct NearestChange: Sendable {
    /// One change that leads to the decision.
    struct Way: Sendable {
        /// `9000 instead of 9003`, `channel = web`.
        let changes: [String]
        let ending: Atlas.Ending
    }

    let wanted: Decision.Outcome
    let byOutcomes: Way?
    let byOptions: Way?
    let byBoth: Way?

    /// `with 9000 instead of 9003: allow number_matches by 'r', 1 attempt, billed; no option of the request alone`.
    package var text: String {
        var parts: [String] = []
        if let byOutcomes, byOutcomes.changes.isEmpty {
            return "with the same replies and options: \(byOutcomes.ending.ownText)"
        }
        if let byOutcomes { parts.append(Self.text(byOutcomes)) }
        if let byOptions {
            parts.append(Self.text(byOptions))
        } else if byOutcomes != nil {
            parts.append("no option of the request alone")
        }
        if byOutcomes == nil, byOptions == nil, let byBoth { parts.append(Self.text(byBoth)) }
        return parts.isEmpty
            ? "nothing that the provider or the options of the request can say leads to \(wanted.rawValue)"
            : parts.joined(separator: "; ")
    }

    private static func text(_ way: Way) -> String {
        "with \(way.changes.joined(separator: " and ")): \(way.ending.ownText)"
    }
}

extension NearestChange {
    /// Searches by exploring the request of a run, and the same request with other options.
    ///
    /// - Parameters:
    ///   - wanted: The decision that the run should have had.
    ///   - trace: The trace of the run.
    ///   - engine: The engine with the rules. Runs are not observed.
    ///   - eventLoop: The event loop of the engine.
    ///   - time: The time at which runs begin, in milliseconds since 1970.
    ///   - completion: Called with the answer, unless the search was cancelled.
    /// - Returns: A handle that cancels the search.
    package static func find(
        _ wanted: Decision.Outcome, instead trace: Trace, engine: RuleEngine, eventLoop: any EventLoop, time: Int64,
        completion: @escaping (NearestChange) -> Void
    ) -> any RunHandle {
        let original = RunRequest(of: trace.run)
        let variants = RequestVariant.all(of: original)
        let actual = trace.events.compactMap { event -> Outcome? in
            if case .attemptEnded(_, let attempt) = event.kind { Outcome(nearest: attempt) } else { nil }
        }
        let store = StoreStep.steps(of: trace)
        let explorer = Explorer(
            engine: engine, requests: variants.enumerated().map { RequestClass($1.request, line: $0) },
            settings: Explorer.Settings(times: [time]), eventLoop: eventLoop)
        explorer.start { exploration in
            completion(NearestChange(wanted, actual, store, variants, exploration))
        }
        return explorer
    }

    private init(
        _ wanted: Decision.Outcome, _ actual: [Outcome], _ store: [StoreStep], _ variants: [RequestVariant],
        _ exploration: Exploration
    ) {
        self.wanted = wanted
        var best: [Kind: (distance: Int, way: Way)] = [:]
        for path in exploration.paths where exploration.result(of: path).decision.outcome == wanted {
            let outcomes = path.steps.map(\.outcome)
            let options = variants[path.request].changes
            let changes = Self.changes(from: actual, to: outcomes) + Self.changes(from: store, to: path.store)
            let kind: Kind = options.isEmpty ? .outcomes : changes.isEmpty ? .options : .both
            let distance = options.count * 100 + changes.count
            if distance < best[kind]?.distance ?? .max {
                let ending = Atlas.Ending(exploration.result(of: path))
                best[kind] = (distance, Way(changes: changes + options, ending: ending))
            }
        }
        byOutcomes = best[.outcomes]?.way
        byOptions = best[.options]?.way
        byBoth = best[.both]?.way
    }

    /// The answers of the store that differ. The usual answer to a call that was not made before is no change.
    private static func changes(from actual: [StoreStep], to store: [StoreStep]) -> [String] {
        store.compactMap { step in
            guard let before = actual.first(where: { $0.call == step.call }) else {
                return step.isUnusual ? step.words : nil
            }
            return before.outcome.isLike(step.outcome) ? nil : "\(step.words) instead of \(before.outcome.text)"
        }
    }

    private enum Kind { case outcomes, options, both }

    /// The outcomes that differ, in order. Attempts that are not made any more are no change.
    private static func changes(from actual: [Outcome], to outcomes: [Outcome]) -> [String] {
        outcomes.enumerated().compactMap { index, outcome in
            guard actual.indices.contains(index) else { return "\(outcome) at attempt \(index + 1)" }
            return actual[index] == outcome ? nil : "\(outcome) instead of \(actual[index])"
        }
    }
}

/// A request with some of its options changed.
private struct RequestVariant {
    let request: RunRequest
    /// `channel = web`. Empty for the request itself.
    let changes: [String]

    static func all(of original: RunRequest) -> [RequestVariant] {
        var variants: [RequestVariant] = []
        var ages: [Int64?] = []
        for age in [original.tokenAge, nil, 5000, 300_000] where !ages.contains(age) { ages.append(age) }
        for channel in [nil] + Channel.allCases.map(Optional.some) {
            for carrier in [nil] + RunRequest.Carrier.allCases.map(Optional.some) {
                for age in ages {
                    variants.append(RequestVariant(original, channel, carrier, age))
                }
            }
        }
        // The fewest changes first.
        return variants.sorted { $0.changes.count < $1.changes.count }
    }

    private init(_ original: RunRequest, _ channel: Channel?, _ carrier: RunRequest.Carrier?, _ age: Int64?) {
        var request = original
        var changes: [String] = []
        if channel != original.channel {
            request.channel = channel
            changes.append("channel = \(channel?.rawValue ?? "none")")
        }
        if carrier != original.carrier {
            request.carrier = carrier
            changes.append("operator = \(carrier?.rawValue ?? "none")")
        }
        if age != original.tokenAge {
            request.tokenAge = age
            changes.append("token_age_ms = \(age.map(String.init) ?? "none")")
        }
        self.request = request
        self.changes = changes
    }
}

extension Outcome {
    /// The outcome of an attempt, or the one that is most similar.
    init(nearest attempt: Attempt) {
        if let code = attempt.code {
            var reply = Reply(ResponseCode(code).entry == nil ? Outcome.unknownCode : code)
            if ResponseCode(code).verdict != .unknown {
                if attempt.error?.kind == .badReply {
                    reply.isErrorObject = true
                } else if let status = attempt.httpStatus, !(200..<300).contains(status) {
                    reply.status = 500
                } else if attempt.id == nil, ResponseCode(code).verdict == .match {
                    reply.hasID = false
                }
            }
            self = .reply(reply)
        } else {
            let kind = attempt.error?.kind ?? .badReply
            let deliveries = kind.possibleDeliveries
            self = .trouble(kind, deliveries.contains(attempt.delivered) ? attempt.delivered : deliveries[0])
        }
    }
}
