// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// The results of a script's runs, so that the one it returns can be told from its trace id.
///
/// A script may make millions of runs, so only the last ones are kept.
struct FinishedResults {
    static let capacity = 10_000

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

    /// The result that belongs to a decision table, or nil when the value is none that `verify` made.
    func result(of value: LuaValue) -> RunResult? {
        guard case .table(let table) = value, let id = table["trace_id"]?.text else { return nil }
        return results[id]
    }
}
