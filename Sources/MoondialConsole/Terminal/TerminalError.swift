// SPDX-License-Identifier: MIT

import Platform

/// An error of the terminal or of a file.
package struct TerminalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The failed operation, and the text of the system: "cannot read input: Input/output error".
    package let description: String

    init(_ attempt: String, _ error: Errno) {
        description = "\(attempt): \(error.description)"
    }
}

extension Descriptors {
    /// Waits for some bytes of what may be a terminal.
    static func readTerminal(_ descriptor: Int32) -> Input {
        let input = read(descriptor)
        // Linux gives this error when the other side of a pseudo-terminal is gone.
        if case .failure(.ioError) = input { return .end }
        return input
    }
}
