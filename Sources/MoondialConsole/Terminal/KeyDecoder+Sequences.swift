// SPDX-License-Identifier: MIT

/// What the sequences mean. Sources: xterm's ctlseqs, the terminfo entries of rxvt and linux, and the reports that `CSI u`
/// and xterm's modifyOtherKeys define.
extension KeyDecoder {
    /// A key after `ESC O`: application mode, and rxvt's arrows with control.
    static func applicationKey(_ byte: UInt8, isMeta: Bool) -> Event {
        let modifiers: Key.Modifiers = isMeta ? .meta : []
        switch byte {
        case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "c"), UInt8(ascii: "d"):
            guard let code = arrow(byte - 0x20) else { return .unknown }
            return .key(Key(code, modifiers.union(.control)))
        case UInt8(ascii: "M"): return .key(Key(.enter, modifiers))
        case UInt8(ascii: "I"): return .key(Key(.tab, modifiers))
        case UInt8(ascii: "j")...UInt8(ascii: "y"):
            // The keypad in application mode: `*` to `9`, in the order of ASCII.
            return modifiers.isEmpty ? .text([byte - 0x40]) : .key(Key(.character(Unicode.Scalar(byte - 0x40)), .meta))
        default:
            guard let code = arrow(byte) ?? function(byte) else { return .unknown }
            return .key(Key(code, modifiers))
        }
    }

    /// A key after `ESC [`.
    static func controlKey(_ final: UInt8, parameters: [UInt8], isMeta: Bool) -> Event {
        guard let numbers = numbers(parameters) else { return .unknown }
        var modifiers = numbers.count > 1 ? self.modifiers(numbers[1]) : []
        if isMeta { modifiers.insert(.meta) }
        switch final {
        case UInt8(ascii: "~"):
            if numbers.first == 27, numbers.count == 3 { return reported(numbers[2], modifiers) }
            return tilde(numbers.first ?? 0, modifiers)
        case UInt8(ascii: "$"): return tilde(numbers.first ?? 0, modifiers.union(.shift))
        case UInt8(ascii: "^"): return tilde(numbers.first ?? 0, modifiers.union(.control))
        case UInt8(ascii: "@"): return tilde(numbers.first ?? 0, modifiers.union([.control, .shift]))
        case UInt8(ascii: "u"): return reported(numbers.first ?? 0, modifiers)
        case UInt8(ascii: "Z"): return .key(Key(.tab, modifiers.union(.shift)))
        case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "c"), UInt8(ascii: "d"):
            guard let code = arrow(final - 0x20) else { return .unknown }
            return .key(Key(code, modifiers.union(.shift)))
        default:
            // Another first number is a report of the terminal.
            guard numbers.first ?? 1 == 1, let code = arrow(final) ?? function(final) else { return .unknown }
            return .key(Key(code, modifiers))
        }
    }

    private static func arrow(_ byte: UInt8) -> Key.Code? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        default: nil
        }
    }

    private static func function(_ byte: UInt8) -> Key.Code? {
        (UInt8(ascii: "P")...UInt8(ascii: "S")).contains(byte) ? .function(Int(byte - UInt8(ascii: "P")) + 1) : nil
    }

    private static func tilde(_ number: Int, _ modifiers: Key.Modifiers) -> Event {
        let code: Key.Code
        switch number {
        case 1, 7: code = .home
        case 4, 8: code = .end
        case 2: code = .insert
        case 3: code = .delete
        case 5: code = .pageUp
        case 6: code = .pageDown
        case 11...15: code = .function(number - 10)
        case 17...21: code = .function(number - 11)
        case 23, 24: code = .function(number - 12)
        default: return .unknown
        }
        return .key(Key(code, modifiers))
    }

    /// A key that the terminal reports by its code point.
    private static func reported(_ code: Int, _ modifiers: Key.Modifiers) -> Event {
        switch code {
        case 9: return .key(Key(.tab, modifiers))
        case 13, 57414: return .key(Key(.enter, modifiers))
        case 27: return .key(Key(.escape, modifiers))
        case 8, 127: return .key(Key(.backspace, modifiers))
        default:
            guard code >= 32, let scalar = Unicode.Scalar(UInt32(code)) else { return .unknown }
            // Private code points stand for keys that have no character.
            if (57344...63743).contains(code) { return .unknown }
            let plain = modifiers.subtracting(.shift)
            if plain.isEmpty { return .text(Array(String(Character(scalar)).utf8)) }
            let lower = plain.contains(.control) ? scalar.properties.lowercaseMapping.unicodeScalars.first : nil
            return .key(Key(.character(lower ?? scalar), plain))
        }
    }

    /// xterm's number: one more than the sum of shift 1, alt 2, control 4, meta 8.
    private static func modifiers(_ number: Int) -> Key.Modifiers {
        let bits = max(0, number - 1)
        var modifiers = Key.Modifiers(rawValue: UInt8(bits & 7))
        if bits & 8 != 0 { modifiers.insert(.meta) }
        return modifiers
    }

    /// - Returns: nil when there is anything but digits and semicolons; parts after a colon are details and left out.
    private static func numbers(_ parameters: [UInt8]) -> [Int]? {
        if parameters.isEmpty { return [] }
        var numbers: [Int] = []
        for field in parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            let main = field.prefix { $0 != UInt8(ascii: ":") }
            if main.isEmpty {
                numbers.append(1)
                continue
            }
            guard main.count <= 7, let number = Int(String(decoding: main, as: UTF8.self)) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
