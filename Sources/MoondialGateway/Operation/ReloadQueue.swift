// SPDX-License-Identifier: MIT

import MoondialRules

/// Runs reloads one after the other. A reload that is asked for while another one runs begins after it, since files may have
/// changed meanwhile; all that ask during this time share one.
actor ReloadQueue {
    private var current: Task<String, any Error>?
    private var next: Task<String, any Error>?

    /// - Returns: What `body` gives: the revision.
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

    /// The one that waited begins.
    private func promote() {
        current = next
        next = nil
    }

    private func end() {
        if next == nil { current = nil }
    }
}

extension Diagnostic {
    /// The message after its place, for those that show one line.
    var located: String { (site.map { "\($0): " } ?? "") + message }
}
