// SPDX-License-Identifier: MIT

import Foundation

/// How much of a corpus, or of what a generator gives, is tried.
///
/// With every change a part is, the same each time, so that a failure can be seen again. With `MOONDIAL_THOROUGH=1` in
/// the environment everything is, as before an issue is closed.
package enum Thoroughness {
    package static let isFull = ProcessInfo.processInfo.environment["MOONDIAL_THOROUGH"] == "1"

    /// - Parameters:
    ///   - part: How many cases are tried with every change.
    ///   - all: How many there are.
    /// - Returns: How many to try now.
    package static func cases(_ part: Int, of all: Int) -> Int { isFull ? all : part }

    /// - Returns: One of `stride` cases of a corpus, or all of them.
    package static func sample<Element>(_ corpus: [Element], every stride: Int) -> [Element] {
        isFull ? corpus : corpus.enumerated().filter { $0.offset.isMultiple(of: stride) }.map(\.element)
    }
}
