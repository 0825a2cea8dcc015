// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// The results of a script's runs by trace id, to find the run whose decision the script returns.
///
/// A script may make millions of runs, so only the last ones are kept.
struct FinishedResults {
    static let capacity = 10_000

    /// The run to which a value returned by a script belongs.
    enum Match {
        /// The decision of this run.
        case run(RunResult)
        /// The decision of a run that is no longer kept; only the decision table is left.
        case forgotten(Decision.Outcome)
    }

    private var results: [String: RunResult] = [:]
    /// Trace ids in a ring, the oldest at `next` once it is full.
    private var ring: [String] = []
    private var next = 0

    mutating func add(_ result: RunResult) {
        let id = result.traceID.description
        results[id] = result
        if ring.count < Self.capacity {
            ring.append(id)
        } else {
            results[ring[next]] = nil
            ring[next] = id
            next = (next + 1) % Self.capacity
        }
    }

    /// Nil when the value is no decision table.
    func match(_ value: LuaValue) -> Match? {
        guard case .table(let table) = value, let id = table["trace_id"]?.text else { return nil }
        if let result = results[id] { return .run(result) }
        guard ring.count == Self.capacity else { return nil }
        return table["decision"]?.text.flatMap(Decision.Outcome.init(rawValue:)).map(Match.forgotten)
    }
}
