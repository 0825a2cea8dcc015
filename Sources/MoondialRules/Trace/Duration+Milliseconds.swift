// SPDX-License-Identifier: MIT

import JSON

extension Duration {
    /// Rounded to the nearest microsecond, halves upwards.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + (attoseconds + 500_000_000_000) / 1_000_000_000_000
    }

    /// Milliseconds as a number with at most three decimals.
    var jsonMilliseconds: JSONValue { .double(Double(wholeMicroseconds) / 1000) }

    /// Milliseconds with exactly three decimals, `41.300`.
    var millisecondsText: String {
        let micros = max(0, wholeMicroseconds)
        let decimals = String(micros % 1000)
        return "\(micros / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
    }
}
