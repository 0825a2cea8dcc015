// SPDX-License-Identifier: MIT

/// One case of the suite that every engine passes.
package struct StoreCase: Sendable, CustomStringConvertible {
    /// What the case shows.
    package let description: String
    /// Tells the namespaces of cases apart.
    let number: Int
    let body: @Sendable (StoreFixture) async throws -> Void

    /// The whole suite.
    package static let all = sections.flatMap { $0 }.enumerated().map { number, section in
        StoreCase(description: section.0, number: number, body: section.1)
    }

    typealias Section = [(String, @Sendable (StoreFixture) async throws -> Void)]

    private static let sections: [Section] = [
        counting, windows, values, lifetimes, increments, keys, lists, listings, concurrency,
    ]
}
