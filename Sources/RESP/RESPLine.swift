// SPDX-License-Identifier: MIT

/// The first byte of a value.
enum RESPType: UInt8 {
    case simple = 0x2B  // +
    case error = 0x2D  // -
    case integer = 0x3A  // :
    case bulk = 0x24  // $
    case array = 0x2A  // *
    case null = 0x5F  // _
    case boolean = 0x23  // #
    case double = 0x2C  // ,
    case bigNumber = 0x28  // (
    case bulkError = 0x21  // !
    case verbatim = 0x3D  // =
    case map = 0x25  // %
    case set = 0x7E  // ~
    case push = 0x3E  // >
    case attribute = 0x7C  // |
}

/// The bytes between the type of a value and the end of its line. Valid only as long as the memory that holds them.
struct RESPLine {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// A length or count; nil for -1, which is null in RESP2.
    func length(allowsNull: Bool) throws(RESPParseError) -> Int? {
        if allowsNull, bytes.elementsEqual("-1".utf8) { return nil }
        guard let first = bytes.first, Self.isDigit(first), let number = integer else { throw .badLength }
        return Int(number)
    }

    /// The value of a type that consists of one line.
    func value(of type: RESPType) throws(RESPParseError) -> RESPValue {
        switch type {
        case .simple: return .simple(try text())
        case .error: return .error(RESPError(try text()))
        case .integer:
            guard let integer else { throw .badLine }
            return .integer(integer)
        case .null:
            guard bytes.isEmpty else { throw .badLine }
            return .null
        case .boolean:
            switch (bytes.count, bytes.first) {
            case (1, UInt8(ascii: "t")): return .boolean(true)
            case (1, UInt8(ascii: "f")): return .boolean(false)
            default: throw .badLine
            }
        case .double:
            guard let double else { throw .badLine }
            return .double(double)
        case .bigNumber:
            let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
            let digits = bytes.dropFirst(isSigned ? 1 : 0)
            guard !digits.isEmpty, digits.allSatisfy(Self.isDigit) else { throw .badLine }
            return .bigNumber(String(decoding: bytes, as: UTF8.self))
        default: preconditionFailure("\(type) is more than a line")
        }
    }

    private func text() throws(RESPParseError) -> String {
        guard !bytes.contains(UInt8(ascii: "\r")) else { throw .badLine }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decimal digits with or without a sign and without leading zeros, within 64 bits.
    private var integer: Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(isNegative || bytes.first == UInt8(ascii: "+") ? 1 : 0)
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard Self.isDigit(byte) else { return nil }
            let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, overflowsToo) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflows, !overflowsToo else { return nil }
            number = sum
        }
        return number
    }

    /// `inf`, `-inf`, `nan`, or decimal digits with an optional fraction and exponent.
    private var double: Double? {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default: break
        }
        // Swift reads more than RESP allows: hexadecimal digits and words.
        let isDecimal = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
            default: Self.isDigit(byte)
            }
        }
        return isDecimal ? Double(text) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
