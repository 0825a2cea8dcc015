// SPDX-License-Identifier: MIT

import TextFormats

/// The name of one run, for people and logs: 16 hexadecimal digits.
package struct TraceID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Nil unless the text is sixteen hexadecimal digits.
    package init?(_ text: String) {
        guard let value = Hexadecimal.number(text) else { return nil }
        self.init(rawValue: value)
    }

    /// Draws an id from the generator.
    package init(using generator: inout some RandomNumberGenerator) {
        self.rawValue = generator.next()
    }

    /// Always 16 lower-case digits.
    package var description: String { Hexadecimal.lowercase(rawValue) }
}
