// SPDX-License-Identifier: MIT

/// One test case, which every engine must pass.
package struct StoreCase: Sendable, CustomStringConvertible {
    /// The property that the case tests.
    package let description: String
    /// A number for the namespace of the case.
    let number: Int
    let body: @Sendable (StoreFixture) async throws -> Void

    /// All cases.
    package static let all = sections.flatMap { $0 }.enumerated().map { number, section in
        StoreCase(description: section.0, number: number, body: section.1)
    }

    typealias Section = [(String, @Sendable (StoreFixture) async throws -> Void)]

    private static let sections: [Section] = [
        counting, windows, values, lifetimes, increments, keys, lists, listings, concurrency,
    ]
}
