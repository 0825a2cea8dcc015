// SPDX-License-Identifier: MIT

/// Times as they are written in settings: a whole number with the unit `ms`, `s` or `m`.
enum DurationText {
    /// Nil for everything else than such a text from 1 ms to 1 hour.
    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number > 0 else { return nil }
        let milliseconds: Int64
        switch text.dropFirst(digits.count) {
        case "ms": milliseconds = 1
        case "s": milliseconds = 1000
        case "m": milliseconds = 60_000
        default: return nil
        }
        guard number <= 3_600_000 / milliseconds else { return nil }
        return .milliseconds(number * milliseconds)
    }
}
