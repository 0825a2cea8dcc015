// SPDX-License-Identifier: MIT

/// Values that ``StoreCommand/increment(_:by:lifetime:)`` works on.
package enum StoreInteger {
    /// Decimal digits with or without a minus, without leading zeros and within 64 bits; nil for everything else.
    package static func read(_ bytes: [UInt8]) -> Int64? {
        guard (1...20).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard let number = Int64(text), String(number) == text else { return nil }
        return number
    }
}
