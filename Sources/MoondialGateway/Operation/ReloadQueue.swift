// SPDX-License-Identifier: MIT

import MoondialRules

/// Runs reloads one after the other. A reload that is requested while another one runs begins after it, since files may
/// have changed meanwhile. All requests during that time share one reload.
actor ReloadQueue {
    private var current: Task<String, any Error>?
    private var next: Task<String, any Error>?

    /// - Returns: The result of `body`: the revision.
    func run(_ body: @escaping @Sendable () async throws -> String) async throws -> String {
        if let next { return try await next.value }
        let previous = current
        let task = Task {
            if let previous {
                _ = await previous.result
                promote()
            }
            defer { end() }
            return try await body()
        }
        if previous == nil { current = task } else { next = task }
        return try await task.value
    }

    /// Makes the waiting reload the current one.
    private func promote() {
        current = next
        next = nil
    }

    private func end() {
        if next == nil { current = nil }
    }
}

extension Diagnostic {
    /// The place and the message on one line.
    var located: String { (site.map { "\($0): " } ?? "") + message }
}
