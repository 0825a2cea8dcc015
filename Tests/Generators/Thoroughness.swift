// SPDX-License-Identifier: MIT

import Foundation

/// How many cases of a corpus or a generator the tests try.
///
/// By default the tests try a part, the same in each run, so that a failure can be repeated. With `MOONDIAL_THOROUGH=1`
/// in the environment they try all cases.
package enum Thoroughness {
    package static let isFull = ProcessInfo.processInfo.environment["MOONDIAL_THOROUGH"] == "1"

    /// - Parameters:
    ///   - part: How many cases are tried by default.
    ///   - all: How many there are.
    /// - Returns: How many to try now.
    package static func cases(_ part: Int, of all: Int) -> Int { isFull ? all : part }

    /// - Returns: Every `stride`-th case of a corpus, or all of them.
    package static func sample<Element>(_ corpus: [Element], every stride: Int) -> [Element] {
        isFull ? corpus : corpus.enumerated().filter { $0.offset.isMultiple(of: stride) }.map(\.element)
    }
}
