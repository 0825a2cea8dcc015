// SPDX-License-Identifier: MIT

extension JSONParser {
    mutating func number() throws(JSONValue.ParseError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let magnitude = try wholePart()
        switch current {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            return try double(from: start)
        default:
            guard let magnitude, let integer = Int64(magnitude: magnitude, isNegative: isNegative) else {
                throw failure(.integerOutOfRange, at: start)
            }
            return .integer(integer)
        }
    }

    /// The digits before a fraction or exponent, or nil when they do not fit: a double may still hold them.
    private mutating func wholePart() throws(JSONValue.ParseError) -> UInt64? {
        let start = position
        var magnitude: UInt64 = 0
        var overflows = false
        while let digit = digit(current) {
            let (tenfold, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
            magnitude = sum
            overflows = overflows || overflow || carry
            position += 1
        }
        guard position > start else { throw unexpected(.invalidNumber) }
        guard position == start + 1 || input[start] != UInt8(ascii: "0") else { throw failure(.leadingZero, at: start) }
        return overflows ? nil : magnitude
    }

    /// Fraction and exponent, then the value of the whole literal, which begins at `start`.
    private mutating func double(from start: Int) throws(JSONValue.ParseError) -> JSONValue {
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        // The standard library's conversion ignores the locale and rounds correctly; a number that is too small becomes
        // zero.
        let literal = String(decoding: UnsafeRawBufferPointer(rebasing: input[start..<position]), as: UTF8.self)
        guard let value = Double(literal), value.isFinite else { throw failure(.doubleOutOfRange, at: start) }
        return .double(value)
    }

    private mutating func digits() throws(JSONValue.ParseError) {
        guard digit(current) != nil else { throw unexpected(.invalidNumber) }
        repeat { position += 1 } while digit(current) != nil
    }

    @inline(__always)
    private func digit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }
}

extension Int64 {
    /// The integer of this sign and magnitude, or nil when 64 bits do not hold it.
    fileprivate init?(magnitude: UInt64, isNegative: Bool) {
        guard magnitude <= (isNegative ? Int64.min.magnitude : UInt64(Int64.max)) else { return nil }
        self = Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
    }
}
