// SPDX-License-Identifier: MIT

import MoondialLua

/// The meaning of a plain scalar by the core schema of YAML 1.2.
///
/// A text to which YAML 1.1 gives another meaning than the core schema does is ``ambiguous(_:)``: which of the two the
/// author meant cannot be known.
///
/// - SeeAlso: https://yaml.org/spec/1.2.2/#103-core-schema
enum YAMLScalar: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case text
    /// A number that does not fit 64 bits.
    case outOfRange
    /// The scalar must be put in quotes to be a text. The value is the reason, worded to follow "is".
    case ambiguous(String)

    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        default:
            self =
                Self.oldBooleans.contains(text.lowercased())
                ? .ambiguous("a boolean for some readers of YAML and a text for others") : Self.number(text)
        }
    }

    /// The booleans of YAML 1.1 that are texts in the core schema, and mixed spellings such as `tRUE`.
    private static let oldBooleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false"]
    private static let noNumber = ambiguous("a number for some readers of YAML and a text for others")

    private static func number(_ text: String) -> YAMLScalar {
        let bytes = Array(text.utf8)
        let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
        let digits = isSigned ? bytes.dropFirst() : bytes[...]
        let name = String(decoding: digits, as: UTF8.self).lowercased()
        if name == ".inf" || text.lowercased() == ".nan" { return .ambiguous("no number that rules can be given") }
        guard let first = digits.first, LuaLexer.isDigit(first) || first == UInt8(ascii: ".") else { return .text }
        if first == UInt8(ascii: "0"), digits.count > 1 {
            if name.hasPrefix("0x") { return integer(name.dropFirst(2), radix: 16, isSigned) }
            if name.hasPrefix("0o") { return integer(name.dropFirst(2), radix: 8, isSigned) }
            if name.hasPrefix("0b"),
                name.dropFirst(2).utf8.allSatisfy({ LuaLexer.isDigit($0) || $0 == UInt8(ascii: "_") })
            {
                return noNumber
            }
        }
        return decimal(text, digits, bytes)
    }

    private static func integer(_ digits: Substring, radix: Int, _ isSigned: Bool) -> YAMLScalar {
        let plain = digits.filter { $0 != "_" }
        guard !plain.isEmpty, plain.allSatisfy({ $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }) else {
            return .text
        }
        if isSigned || plain.count != digits.count { return noNumber }
        return Int64(plain, radix: radix).map(Self.integer) ?? .outOfRange
    }

    /// Parses `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`. Forms that only YAML 1.1 has are ambiguous.
    private static func decimal(_ text: String, _ digits: ArraySlice<UInt8>, _ bytes: [UInt8]) -> YAMLScalar {
        var rest = digits.filter { $0 != UInt8(ascii: "_") }[...]
        let hasSeparators = rest.count != digits.count
        let whole = rest.prefix(while: LuaLexer.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        var isInteger = true
        if rest.first == UInt8(ascii: ".") {
            isInteger = false
            fraction = rest.dropFirst().prefix(while: LuaLexer.isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return .text }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            isInteger = false
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard !rest.isEmpty, rest.allSatisfy(LuaLexer.isDigit) else { return .text }
        } else if !rest.isEmpty {
            return .text
        }
        if hasSeparators { return noNumber }
        if isInteger, whole.count > 1, whole.first == UInt8(ascii: "0") {
            return .ambiguous("an octal number for some readers of YAML and a decimal for others")
        }
        if isInteger, bytes.first == UInt8(ascii: "+") {
            return .ambiguous("a number, which would lose its sign")
        }
        if isInteger { return Int64(text).map(Self.integer) ?? .outOfRange }
        // The core schema allows `1.` and `.5`, which `Double` may not parse.
        var number = text
        if whole.isEmpty { number = number.replacingFirst(".", "0.") }
        if fraction.isEmpty { number = number.replacingFirst(".", ".0") }
        guard let value = Double(number), value.isFinite else { return .outOfRange }
        return .double(value)
    }
}

extension String {
    fileprivate func replacingFirst(_ character: Character, _ replacement: String) -> String {
        guard let index = firstIndex(of: character) else { return self }
        return self[..<index] + replacement + self[self.index(after: index)...]
    }
}
